/** Tests the components of public/ui in a real browser: keyboard, screen readers, both themes, both widths, security policy. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isFull } from '../../support/effort.ts'
import { shared } from '../../support/lifetime.ts'
import { axeViolations } from '../support/axe.ts'
import { DESKTOP, openPage, PHONE, type OpenOptions } from '../support/open-page.ts'
import { buildGallery, removeGallery, serveGallery } from '../support/running-gallery.ts'

let folder = ''
beforeAll(async () => {
  folder = await buildGallery()
}, 120_000)
afterAll(() => removeGallery(folder))

const served = shared(() => serveGallery(folder))

async function openGallery(options: OpenOptions = {}): Promise<Page> {
  const page = await openPage(await served(), { locale: 'en-US', ...options })
  await page.getByRole('heading', { name: 'Gallery' }).waitFor()
  return page
}

/** For the tests that leave it as it was. */
const sharedGallery = shared(() => openGallery())

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })
const screenshotFolder = process.env['LB_SCREENSHOTS']

/** Saves a screenshot if LB_SCREENSHOTS names a folder. */
async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
  if (screenshotFolder) await page.screenshot({ path: `${screenshotFolder}/${name}.png`, fullPage })
}

const isFocused = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => element === document.activeElement)
const expectFocus = (locator: Locator) => expect.poll(() => isFocused(locator)).toBe(true)
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

describe.each(['dark', 'light'] as const)('in the %s theme', (colorScheme) => {
  const looks = [
    ['1440', DESKTOP],
    ['390', PHONE],
  ] as const
  // In a quick run each theme at one width.
  const [wide, narrow] = looks
  it.each(isFull ? looks : [colorScheme === 'dark' ? wide : narrow])(
    'has no accessibility violation and fits into %s px',
    async (width, viewport) => {
      const page = await openGallery({ colorScheme, viewport })
      const shot = (name: string, fullPage = false) =>
        shoot(page, `${name}-${colorScheme}-${width}`, fullPage)
      await page.getByRole('img', { name: 'First token by endpoint' }).locator('canvas').waitFor()
      expect(await axeViolations(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await shot('page', true)

      await button(page, 'Delete endpoint').click()
      await page.getByRole('alertdialog').waitFor()
      expect(await axeViolations(page, page.getByRole('alertdialog'))).toEqual([])
      await shot('question')
      await page.keyboard.press('Escape')
      await button(page, 'New endpoint').click()
      await page.getByRole('dialog').waitFor()
      expect(await axeViolations(page, page.getByRole('dialog'))).toEqual([])
      await shot('dialog')
      await page.keyboard.press('Escape')

      for (const name of ['Say it worked', 'Say something', 'Say it failed']) await button(page, name).click()
      await page.getByText('HTTP 409').waitFor()
      expect(await axeViolations(page, page.getByRole('region', { name: 'Messages' }))).toEqual([])
      await button(page, 'More').click()
      await page.getByRole('menu').waitFor()
      expect(await axeViolations(page, page.getByRole('menu'))).toEqual([])
      await shot('menu-and-toasts')
    },
  )
})

it('traps the focus in a dialog and restores it', async () => {
  const page = await sharedGallery()
  await button(page, 'New endpoint').focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'New endpoint' })
  const holdsFocus = () => dialog.evaluate((element) => element.contains(document.activeElement))
  await expect.poll(holdsFocus).toBe(true)
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab')
    await expect.poll(holdsFocus).toBe(true)
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await expectFocus(button(page, 'New endpoint'))
})

it('focuses Cancel in a confirmation, and ignores a press outside', async () => {
  const page = await sharedGallery()
  await button(page, 'Delete endpoint').click()
  const question = page.getByRole('alertdialog', { name: 'Delete vllm-eu-1?' })
  await expectFocus(question.getByRole('button', { name: 'Cancel' }))
  expect(await question.getByRole('listitem').allTextContents()).toContain('chat-frontend prefers it')
  await page.mouse.click(5, 5)
  expect(await question.isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'hidden' })
})

it('moves through a menu by arrow keys, wraps at its ends, and returns to its button on Esc', async () => {
  const page = await openGallery()
  const count = page.getByLabel('Count')
  await button(page, 'More').focus()
  await page.keyboard.press('Enter')
  await expectFocus(page.getByRole('menuitem', { name: 'Duplicate' }))
  await page.keyboard.press('ArrowUp')
  await expectFocus(page.getByRole('menuitem', { name: 'Delete' }))
  await page.keyboard.press('Escape')
  await expectFocus(button(page, 'More'))
  expect(await count.textContent()).toBe('0')
  await page.keyboard.press('ArrowDown')
  await expectFocus(page.getByRole('menuitem', { name: 'Duplicate' }))
  await page.keyboard.press('Enter')
  await expect.poll(() => count.textContent()).toBe('200')
})

it('shows results as toasts: an error stays and has a request id to copy, a success can be undone', async () => {
  const page = await openGallery({ permissions: ['clipboard-read', 'clipboard-write'] })
  await button(page, 'Say it failed').click()
  await page.getByRole('alert').getByText('The endpoint was not saved').waitFor()
  await page.keyboard.press('F6')
  const failure = page.getByRole('alertdialog', { name: 'The endpoint was not saved' })
  await failure.getByText('an endpoint of this name exists already').waitFor()
  await failure.getByRole('button', { name: 'Copy request id' }).click()
  await failure.getByRole('status').getByText('Copied').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    '0b5c7a8e-1f7e-4f1c-9a53-4d6c0f0e8a11',
  )
  await button(page, 'Say it worked').click()
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
  await expect.poll(() => page.getByLabel('Count').textContent()).toBe('100')
  await page.getByRole('dialog', { name: 'Wire removed' }).waitFor({ state: 'hidden' })
  await page.keyboard.press('F6')
  await failure.getByRole('button', { name: 'Close' }).click()
  await failure.waitFor({ state: 'hidden' })
})

it('changes a number by arrow keys and keeps typed text', async () => {
  const page = await openGallery()
  const quota = page.getByRole('spinbutton', { name: 'Quota' })
  await quota.focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Shift+ArrowUp')
  expect(await quota.inputValue()).toBe('61')
  for (let step = 0; step < 5; step += 1) await page.keyboard.press('Shift+ArrowUp')
  expect(await quota.inputValue()).toBe('100')
  await quota.fill('')
  await quota.pressSequentially('07.')
  expect(await quota.inputValue()).toBe('07.')
  expect(await quota.getAttribute('aria-valuenow')).toBe('7')
})

it('links errors to their fields', async () => {
  const page = await sharedGallery()
  const key = page.getByRole('textbox', { name: 'Upstream key' })
  expect(await key.getAttribute('aria-invalid')).toBe('true')
  const described = (await key.getAttribute('aria-describedby')) ?? ''
  expect(await page.locator(`[id="${described}"]`).textContent()).toBe('Expected 8 characters or more')
})

it('runs a shortcut on the page, but not in a text field or dialog', async () => {
  const page = await openGallery()
  const count = page.getByLabel('Count')
  await page.keyboard.press('r')
  expect(await count.textContent()).toBe('1')
  await page.getByLabel('Base URL').pressSequentially('r')
  await page.getByLabel('Prompt').pressSequentially('r')
  await button(page, 'Delete endpoint').click()
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('r')
  // As a key that is pressed before the dialog has the focus.
  await page.locator('body').dispatchEvent('keydown', { key: 'r', code: 'KeyR' })
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' })
  expect(await count.textContent()).toBe('1')
  await page.keyboard.press('r')
  await expect.poll(() => count.textContent()).toBe('2')
})

it('shows the name of an icon button, also of a disabled one', async () => {
  const page = await sharedGallery()
  await button(page, 'Redo').focus()
  await page.getByText(/^Redo/).waitFor()
  expect(await button(page, 'Redo').isDisabled()).toBe(true)
})

it('sorts a table by its headers and exposes the order', async () => {
  const page = await sharedGallery()
  const table = page.getByRole('table', { name: 'Requests' })
  const heading = table.getByRole('columnheader', { name: 'TTFT' })
  const first = () => table.getByRole('row').nth(1).getByRole('cell').last().textContent()
  expect(await heading.getAttribute('aria-sort')).toBe('descending')
  expect(await first()).toBe('1.40\u202fs')
  await heading.getByRole('button').click()
  expect(await heading.getAttribute('aria-sort')).toBe('ascending')
  expect(await first()).toBe('–')
})

it('zooms charts together, keeps the zoom when data is added, and resets it', async () => {
  const page = await openGallery()
  const curves = page.getByRole('region', { name: 'Curves' })
  const plotArea = curves.getByRole('img', { name: 'Throughput' }).locator('.u-over')
  await plotArea.scrollIntoViewIfNeeded()
  const box = await plotArea.boundingBox()
  if (box === null) throw new Error('the chart is not visible')
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
  const legend = curves.getByRole('table')
  const at = () => legend.first().getByRole('row', { name: /^at/ }).textContent()
  await expect.poll(at).toMatch(/0:(29|30)$/)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 })
  await page.mouse.up()
  const reset = curves.getByRole('button', { name: 'Reset zoom' })
  await expect.poll(() => reset.count()).toBe(2)
  await button(page, 'Go on').click()
  await page.mouse.move(0, 0)
  await expect.poll(at).toMatch(/1:59$/)
  expect(await reset.count()).toBe(2)
  await reset.first().click()
  await expect.poll(() => reset.count()).toBe(0)
})

it('redraws charts when the theme changes', async () => {
  const page = await openGallery({ colorScheme: 'dark' })
  const marker = page.getByRole('region', { name: 'Bars' }).locator('.u-marker').nth(1)
  const fill = () => marker.evaluate((element) => getComputedStyle(element).backgroundColor)
  const dark = await fill()
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(fill).not.toBe(dark)
})
