/** The outline: the configuration as a tree with search and filters, linked to the canvas. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chatOf, eventually, startApp } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { axeViolations } from '../../support/axe.ts'
import { centreOf, createCanvasPage, expectInView } from '../../support/canvas-page.ts'
import { DESKTOP, PHONE } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf, isFull } from '../../../support/effort.ts'

const outline = (page: Page) => page.getByRole('complementary', { name: 'Outline' })

/** Two endpoints, one of them disabled, a client token in the first block, and a second block without wires. */
async function openOutline(options: Parameters<typeof openSignedIn>[1] = {}) {
  const app = await startApp({ backends: [{}, {}] })
  const { token } = await app.admin.token('chat-frontend', { preferred_endpoint_id: app.endpoint.id })
  const disabled = app.endpoints[1]?.id ?? 0
  await app.admin.patchEndpoint(disabled, { enabled: false })
  const batch = await app.admin.block('Batch')
  for (const { id } of app.endpoints) await app.admin.call('DELETE', `/wires/${batch.id}/${id}`)
  await app.admin.token('nightly', { incoming_block_id: batch.id })
  const page = await openSignedIn(app, options)
  await page.getByRole('button', { name: 'Open the outline' }).click()
  const tree = outline(page).getByRole('tree')
  await tree.waitFor()
  const row = (name: string | RegExp) => tree.getByRole('treeitem', { name })
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('id') ?? '')
  const hasFocus = (name: string | RegExp) =>
    eventually(async () => expect(await row(name).getAttribute('id')).toBe(await focused()))
  return { app, page, token, batch, tree, row, hasFocus, canvas: createCanvasPage(page) }
}

/** For the tests that leave everything as it was. */
const opened = shared(openOutline)

describe('the outline', () => {
  it('shows the name, the condition and the connections of every object', async () => {
    const { row } = await opened()
    await row('Endpoints 2 · 1 disabled, 1 not asked yet').waitFor()
    await row('Client tokens 2 · 1 not wired').waitFor()
    await row('Incoming blocks 2 · 1 not wired').waitFor()
    await row('backend-1 not asked yet · from Incoming 1').waitFor()
    await row('backend-2 disabled · from Incoming 1').waitFor()
    await row('chat-frontend in Incoming 1, prefers backend-1').waitFor()
    await row('nightly not wired · in Batch').waitFor()
    await row('Incoming 1 1 client to backend-1, backend-2').waitFor()
    await row('Batch not wired · 1 client to nothing').waitFor()
  })

  it('updates the condition of an endpoint', async () => {
    const { app, row, token } = await openOutline()
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: 'http://127.0.0.1:1/v1' })
    for (let tries = 0; tries < 4; tries += 1)
      await app.post('/v1/chat/completions', chatOf(), { authorization: `Bearer ${token}` })
    await row('backend-1 cooling · from Incoming 1').waitFor()
    await row('Endpoints 2 · 1 cooling, 1 disabled').waitFor()
  })

  it('finds by name and by connected objects, and shows the number of matches', async () => {
    const { page, row } = await opened()
    await outline(page).getByRole('searchbox').fill('batch')
    await row('Endpoints 0 of 2').waitFor()
    await row('Client tokens 1 of 2 · 1 not wired').waitFor()
    await row(/^nightly/).waitFor()
    await row(/^Batch/).waitFor()
    expect(await row(/^backend/).count()).toBe(0)
    await outline(page).getByRole('searchbox').fill('nowhere to be found')
    await outline(page).getByText('Nothing like that is configured.').waitFor()
    await outline(page).getByRole('searchbox').fill('')
    await row('Endpoints 2 · 1 disabled, 1 not asked yet').waitFor()
  })

  it('filters by condition and by block', async () => {
    const { page, row } = await opened()
    const [state, block] = [
      outline(page).getByRole('combobox', { name: 'State' }),
      outline(page).getByRole('combobox', { name: 'Block' }),
    ]
    await state.selectOption({ label: 'Disabled' })
    await row('Endpoints 1 of 2 · 1 disabled').waitFor()
    expect(await row(/^backend-1/).count()).toBe(0)
    await state.selectOption({ label: 'Not wired' })
    await row(/^nightly/).waitFor()
    expect(await row(/^chat-frontend/).count()).toBe(0)
    await state.selectOption({ label: 'Any state' })
    await block.selectOption({ label: 'Incoming 1' })
    await row(/^chat-frontend/).waitFor()
    await row(/^backend-2/).waitFor()
    expect(await row(/^nightly/).count()).toBe(0)
    await block.selectOption({ label: 'Any block' })
    await row(/^nightly/).waitFor()
  })
})

it('lists notes and frames where there are any, finds them by their text, and shows and selects them', async () => {
  const { app, page, row, tree } = await openOutline()
  expect(await row(/^Notes and frames/).count()).toBe(0)
  const note = { kind: 'note', text: 'Rack 3:\nmoves on Friday', pos_x: 4000, pos_y: 3000 }
  await app.admin.call('POST', '/canvas-notes', note)
  await app.admin.call('POST', '/canvas-notes', { kind: 'frame', text: 'Paris', pos_x: 0, pos_y: 600 })
  await row('Notes and frames 2').waitFor()
  await row('Paris frame').waitFor()
  await row('Rack 3: note · moves on Friday').click()
  const card = page.getByRole('group', { name: 'Note: Rack 3:', exact: true })
  await eventually(() => expectInView(page, card))
  expect(await card.evaluate((element) => element === document.activeElement)).toBe(true)
  await eventually(async () => expect(await row(/^Rack 3/).getAttribute('aria-selected')).toBe('true'))
  await row(/^Paris/).focus()
  await page.keyboard.press('Enter')
  await eventually(async () => expect(await row(/^Paris/).getAttribute('aria-selected')).toBe('true'))
  expect(await row(/^Rack 3/).getAttribute('aria-selected')).toBe('false')
  await outline(page).getByRole('searchbox').fill('friday')
  await row('Notes and frames 1 of 2').waitFor()
  await outline(page).getByRole('combobox', { name: 'State' }).selectOption({ label: 'Not wired' })
  await row('Notes and frames 0 of 2').waitFor()
  expect(await tree.getByRole('treeitem', { name: /^Rack/ }).count()).toBe(0)
})

describe('by keyboard', () => {
  it('is one tab stop, entered from the search, navigated by arrows, letters, Home and End', async () => {
    const { page, tree, row, hasFocus } = await openOutline()
    await outline(page).getByRole('searchbox').focus()
    await page.keyboard.press('ArrowDown')
    await hasFocus(/^Endpoints/)
    await page.keyboard.press('ArrowDown')
    await hasFocus(/^backend-1/)
    await page.keyboard.press('End')
    await hasFocus(/^Batch/)
    await page.keyboard.press('ArrowLeft')
    await hasFocus(/^Incoming blocks/)
    await page.keyboard.press('ArrowLeft')
    await row(/^Batch/).waitFor({ state: 'detached' })
    await page.keyboard.press('Home')
    await page.keyboard.press('n')
    await hasFocus(/^nightly/)
    expect(await tree.locator('[tabindex="0"]').count()).toBe(1)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await hasFocus(/^nightly/)
    await page.keyboard.press('Tab')
    expect(await tree.evaluate((shown) => shown.contains(document.activeElement))).toBe(false)
  })

  it('uses letters for navigation, so that no shortcut of the page runs', async () => {
    const { page, row, hasFocus } = await opened()
    await row(/^nightly/).focus()
    // O would close the outline.
    await page.keyboard.press('o')
    await hasFocus(/^nightly/)
  })

  it('reveals the chosen object, and a section stays folded after a reload', async () => {
    const { page, row, hasFocus } = await openOutline()
    await row(/^backend-1/).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Inspector' }).getByText('backend-1').first().waitFor()
    await eventually(async () => expect(await row(/^backend-1/).getAttribute('aria-selected')).toBe('true'))
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await row(/^backend-1/).waitFor({ state: 'detached' })
    await hasFocus(/^Endpoints/)
    await page.reload()
    await row(/^nightly/).waitFor()
    expect(await row(/^Endpoints/).getAttribute('aria-expanded')).toBe('false')
    expect(await row(/^backend-1/).count()).toBe(0)
    await outline(page).getByRole('searchbox').fill('backend-1')
    await row(/^backend-1/).waitFor()
  })
})

describe('a click', () => {
  it('brings the card into the free part although the inspector opens beside the canvas', async () => {
    const { app, page, row, canvas } = await openOutline()
    await page.getByRole('button', { name: 'Close the inspector' }).click()
    await app.admin.patchEndpoint(app.endpoint.id, { pos_x: 4000, pos_y: 4000 })
    const card = canvas.card('endpoint', 'backend-1')
    await eventually(async () => expect((await centreOf(card)).y).toBeGreaterThan(2000))
    await row(/^backend-1/).click()
    await page.getByRole('complementary', { name: 'Inspector' }).waitFor()
    await eventually(() => expectInView(page, card))
  })

  it('on a phone shows the card above the inspector', async () => {
    const { page, row, canvas } = await openOutline({ viewport: PHONE, hasTouch: true, isMobile: true })
    await row(/^nightly/).tap()
    const sheet = page.getByRole('complementary', { name: 'Inspector' })
    await sheet.waitFor()
    await outline(page).waitFor({ state: 'detached' })
    await eventually(async () => {
      const card = await canvas.card('token', 'nightly').boundingBox()
      const [region, over] = [await canvas.region.boundingBox(), await sheet.boundingBox()]
      expect(card?.y).toBeGreaterThan(region?.y ?? Infinity)
      expect((card?.y ?? Infinity) + (card?.height ?? 0)).toBeLessThan(over?.y ?? 0)
      expect(card?.x).toBeGreaterThanOrEqual(0)
      expect((card?.x ?? Infinity) + (card?.width ?? 0)).toBeLessThanOrEqual(PHONE.width)
    })
    await eventually(async () =>
      expect(
        await canvas.card('token', 'nightly').evaluate((card) => card.contains(document.activeElement)),
      ).toBe(true),
    )
  })
})

it.runIf(isFull)('stays open or closed after a reload', async () => {
  const { page } = await openOutline()
  await page.reload()
  await outline(page).waitFor()
  await outline(page).getByRole('button', { name: 'Close the outline' }).click()
  await page.reload()
  await page.getByRole('region', { name: 'Canvas', exact: true }).waitFor()
  expect(await outline(page).count()).toBe(0)
})

it.runIf(isFull)('passes axe on a desktop and on a phone', async () => {
  const { page, row } = await openOutline()
  await row(/^backend-1/).focus()
  for (const viewport of [{ width: 1440, height: 900 }, PHONE]) {
    await page.setViewportSize(viewport)
    for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await axeViolations(page), colorScheme).toEqual([])
    }
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
  await page.setViewportSize(DESKTOP)
  await row(/^backend-1/).click()
  await eventually(async () => expect(await row(/^backend-1/).getAttribute('aria-selected')).toBe('true'))
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page, outline(page)), `a selected row, ${colorScheme}`).toEqual([])
  }
})
