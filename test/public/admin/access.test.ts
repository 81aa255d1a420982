/** Accessibility of every panel and dialog: axe in both themes and at both widths, and no sideways scrolling on a phone. */
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually } from '../../support/apps/running-app.ts'
import { axeViolations } from '../support/axe.ts'
import { startDrawnApp } from '../support/canvas-page.ts'
import { inspectorOf, openPalette, reveal, runCommand } from '../support/inspector-page.ts'
import { looksAt } from '../support/looks/every-size.ts'
import { DESKTOP, PHONE } from '../support/open-page.ts'
import { isFull } from '../../support/effort.ts'

const LOOKS = [
  [PHONE, 'light'],
  [DESKTOP, 'dark'],
] as const

/** @param shown - the element to check; it must be visible on the phone as well */
async function expectAccess(page: Page, shown: Locator): Promise<void> {
  await shown.waitFor()
  const what = await shown.evaluate((element) => element.getAttribute('aria-label') ?? element.textContent)
  // The theme changes colours alone, and the width changes the layout: two of the four combinations show each.
  for (const [viewport, colorScheme] of looksAt(what, LOOKS)) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await shown.waitFor()
    expect(await axeViolations(page, shown), `${what}, ${colorScheme}, ${viewport.width}`).toEqual([])
    const widths = await shown.evaluate((element) =>
      [document.documentElement, element, ...element.querySelectorAll('*')]
        .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth > 0)
        .filter(
          (one) => /auto|scroll/.test(getComputedStyle(one).overflowX) || one === document.documentElement,
        )
        .map((one) => `${one.tagName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`),
    )
    expect(widths, `${what}: scrolls sideways at ${viewport.width}`).toEqual([])
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    expect(height, `${what}: the page as a whole scrolls at ${viewport.width}`).toBe(viewport.height)
  }
  await page.setViewportSize(DESKTOP)
}

async function unfold(inspector: Locator): Promise<void> {
  const closed = inspector.locator('h3').getByRole('button', { expanded: false })
  while ((await closed.count()) > 0) await closed.first().click()
}

const NARROW = { viewport: DESKTOP, reducedMotion: 'reduce' } as const

it.runIf(isFull)(
  'has no accessibility violation in any panel of the inspector',
  { timeout: 240_000 },
  async () => {
    const { app, page, canvas, alpha } = await startDrawnApp(NARROW)
    await app.admin.patchEndpoint(alpha.id, { api_key: 'sk-first-key-of-alpha', max_concurrent: 4 })
    await expectAccess(page, inspectorOf(page, 'Gateway'))
    for (const name of ['alpha', 'app', 'Batch']) {
      const inspector = await reveal(page, name)
      await unfold(inspector)
      await expectAccess(page, inspector)
    }
    const endpoint = await reveal(page, 'alpha')
    await endpoint.getByLabel('Base URL').fill('ftp://nowhere')
    await endpoint.getByText('takes an http or https URL with a host').waitFor()
    await expectAccess(page, endpoint)
    await reveal(page, 'beta')
    await expectAccess(page, inspectorOf(page, 'beta'))

    const { x, y } = await canvas.pointOn('Live', 'alpha')
    await page.mouse.click(x, y)
    await expectAccess(page, page.getByRole('complementary', { name: /^Inspector: Live/ }))
    await runCommand(page, 'Fit everything')
    await canvas.card('endpoint', 'alpha').click()
    await inspectorOf(page, 'alpha').waitFor()
    await canvas.card('token', 'app').click({ modifiers: ['ControlOrMeta'] })
    await expectAccess(page, inspectorOf(page, '2 selected'))
  },
)

it.runIf(isFull)('has no accessibility violation in any dialog', { timeout: 240_000 }, async () => {
  const { page } = await startDrawnApp({ ...NARROW, expectedErrors: /status of 412/ })
  const dialog = (name: string) => page.getByRole('dialog', { name })
  const close = async (shown: Locator) => {
    await page.keyboard.press('Escape')
    await shown.waitFor({ state: 'hidden' })
  }
  await expectAccess(page, await openPalette(page))
  await close(dialog('Commands'))
  await runCommand(page, 'List of keys')
  await expectAccess(page, dialog('Keys'))
  await close(dialog('Keys'))
  for (const [command, name] of [
    ['Add an endpoint', 'New endpoint'],
    ['Add an incoming block', 'New incoming block'],
    ['Add a client token', 'New client token'],
  ] as const) {
    await runCommand(page, command)
    const opened = dialog(name)
    // Empty, and so with its faults.
    await opened.getByRole('button', { name: 'Create' }).click()
    await expectAccess(page, opened)
    if (name !== 'New client token') await close(opened)
  }
  const form = dialog('New client token')
  await form.getByLabel('Name').fill('shown')
  await form.getByRole('button', { name: 'Create' }).click()
  const token = page.getByRole('alertdialog', { name: 'Client token shown' })
  for (const language of ['curl', 'Python', 'JavaScript']) {
    await token.getByRole('button', { name: language }).click()
    await expectAccess(page, token)
  }
})

it(
  'has no accessibility violation in confirmations, the conflict dialog and error messages',
  { timeout: 240_000 },
  async () => {
    const { app, page, alpha, batch } = await startDrawnApp({
      ...NARROW,
      expectedErrors: /status of 4(09|12)/,
    })
    const inspector = await reveal(page, 'alpha')
    await inspector.getByRole('button', { name: 'Delete' }).click()
    const deletion = page.getByRole('alertdialog', { name: 'Delete alpha?' })
    await expectAccess(page, deletion)
    await deletion.getByRole('button', { name: 'Cancel' }).click()

    await inspector.getByLabel('Token quota').fill('10')
    await inspector.getByRole('button', { name: 'Close the inspector' }).click()
    const unsaved = page.getByRole('alertdialog', { name: 'Save the changes of alpha?' })
    await expectAccess(page, unsaved)
    await unsaved.getByRole('button', { name: 'Stay' }).click()
    for (const [command, title] of [
      ['Sign out', 'Sign out without saving?'],
      ['Reset statistics', 'Reset all statistics?'],
    ] as const) {
      await runCommand(page, command)
      const question = page.getByRole('alertdialog', { name: title })
      await expectAccess(page, question)
      await page.keyboard.press('Escape')
      await question.waitFor({ state: 'hidden' })
    }

    await inspector.getByLabel('Base URL').fill(`http://${'a'.repeat(60)}.example:8000/v1`)
    await app.admin.patchEndpoint(alpha.id, {
      base_url: 'http://10.0.0.9:8000/v1',
      token_quota_percent: 77,
    })
    await inspector.getByRole('button', { name: 'Save' }).click()
    const conflict = page.getByRole('alertdialog', { name: 'Changed by someone else meanwhile' })
    await expectAccess(page, conflict)
    await conflict.getByRole('button', { name: 'Take theirs' }).click()
    await eventually(async () => expect(await inspector.getByLabel('Token quota').inputValue()).toBe('77'))

    // The last block cannot go: an error message, which stays until it is closed.
    await app.admin.call('DELETE', `/incoming-blocks/${batch.id}`)
    const block = await reveal(page, 'Live')
    await block.getByRole('button', { name: 'Delete' }).click()
    await page
      .getByRole('alertdialog', { name: 'Delete Live?' })
      .getByRole('button', { name: 'Delete' })
      .click()
    await expectAccess(page, page.getByRole('region', { name: 'Messages' }).getByText('HTTP 409').first())
  },
)
