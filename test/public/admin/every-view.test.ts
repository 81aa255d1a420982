/** Every view, panel, dialog and menu of the admin page, at every size and in both themes. */
import type { Page } from 'playwright-core'
import { it } from 'vitest'
import { chatOf, startListingApp } from '../../support/apps/running-app.ts'
import { shared } from '../../support/lifetime.ts'
import { createCanvasPage } from '../support/canvas-page.ts'
import { expectAtEverySize, expectPopupAtEverySize } from '../support/looks/every-size.ts'
import { inspectorOf, openPalette, reveal, runCommand } from '../support/inspector-page.ts'
import { DESKTOP, newPage, openContext } from '../support/open-page.ts'
import { openSignedIn, signIn } from '../support/signed-in.ts'
import { isFull } from '../../support/effort.ts'

/** An endpoint that serves, one that fails, and a disabled one; two client tokens, an alias, and some traffic. */
async function startTroubledApp() {
  const app = await startListingApp({
    environment: { LB_COOLDOWN_SECONDS: '600' },
    backends: [{}, { fault: { kind: 'status', status: 500 } }, {}],
  })
  const { admin } = app
  await admin.patchEndpoint(app.endpoints[2]?.id ?? 0, { enabled: false })
  const batch = await admin.block('Batch')
  const token = await admin.token('web-chat')
  await admin.token('nightly', { incoming_block_id: batch.id })
  await admin.call('POST', '/model-aliases', { name: 'chat-large', targets: [{ model: 'sim-model' }] })
  for (let n = 0; n < 12; n += 1)
    await app.post('/v1/chat/completions', chatOf({ stream: n % 2 === 0 }), {
      authorization: `Bearer ${token.token}`,
    })
  return app
}

const opened = shared(async () => {
  const app = await startTroubledApp()
  const page = await openSignedIn(app, { expectedErrors: /status of 4(09|12)/ })
  const canvas = createCanvasPage(page)
  await page
    .getByRole('region', { name: 'Now' })
    .getByText(/backend-2/)
    .first()
    .waitFor()
  return { app, page, canvas }
})

async function openedAt(hash: string) {
  const all = await opened()
  await all.page.setViewportSize(DESKTOP)
  await all.page.evaluate((next) => void (location.hash = next), hash)
  return all
}

async function closeByEscape(page: Page, shown: ReturnType<Page['getByRole']>): Promise<void> {
  await page.keyboard.press('Escape')
  await shown.waitFor({ state: 'hidden' })
}

const LONG = { timeout: 240_000 }

it.runIf(isFull)('before and after the sign-in of a new installation', LONG, async () => {
  const app = await startListingApp()
  await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
  const page = await newPage(await openContext(app.url))
  await page.goto(`${app.url}/admin`)
  await expectAtEverySize(page, page.getByLabel('Admin token'))
  await signIn(page)
  await expectAtEverySize(page, page.getByRole('region', { name: 'First steps' }))
})

it('the canvas with traffic, a failing endpoint and the outline', LONG, async () => {
  const { page } = await openedAt('#/canvas')
  const now = page.getByRole('region', { name: 'Now' })
  await expectAtEverySize(page, now)
  await page.setViewportSize(DESKTOP)
  await page.getByRole('button', { name: 'Open the outline' }).click()
  const outline = page.getByRole('complementary', { name: 'Outline' })
  await outline.getByRole('treeitem', { name: /^backend-1/ }).click()
  await page.getByRole('button', { name: 'Close the inspector' }).click()
  await expectAtEverySize(page, outline)
  await page.getByRole('button', { name: 'Close the outline' }).first().click()
})

it('the inspector of every kind', LONG, async () => {
  const { page, canvas } = await openedAt('#/canvas')
  for (const name of ['backend-2', 'web-chat', 'Batch'])
    await expectAtEverySize(page, await reveal(page, name))
  await page.setViewportSize(DESKTOP)
  await page.evaluate(() => void (location.hash = '#/wire/1-1'))
  await expectAtEverySize(page, page.getByRole('complementary', { name: /^Inspector: Incoming 1/ }))
  await page.setViewportSize(DESKTOP)
  await runCommand(page, 'Fit everything')
  await canvas.card('endpoint', 'backend-1').click()
  await canvas.card('token', 'web-chat').click({ modifiers: ['ControlOrMeta'] })
  await expectAtEverySize(page, inspectorOf(page, '2 selected'))
  await page.setViewportSize(DESKTOP)
  await page.keyboard.press('Escape')
  await expectAtEverySize(page, inspectorOf(page, 'Gateway'))
})

it.each([
  ['models', 'Models'],
  ['requests', 'Requests'],
  ['usage', 'Usage'],
  ['audit', 'Audit'],
  ['settings', 'Settings'],
])('the view %s', LONG, async (hash, title) => {
  const { page } = await openedAt(`#/${hash}`)
  await expectAtEverySize(page, page.getByRole('heading', { name: title, exact: true, level: 2 }))
})

it.runIf(isFull)('the dialogs that a view opens, the palette and the list of keys', LONG, async () => {
  const { page } = await openedAt('#/requests')
  await page.getByRole('table', { name: 'Requests' }).getByRole('button', { name: 'Why?' }).first().click()
  const why = page.getByRole('dialog', { name: /^Why / })
  await expectAtEverySize(page, why)
  await closeByEscape(page, why)
  await openedAt('#/models')
  await page.getByRole('button', { name: 'New alias' }).first().click()
  const alias = page.getByRole('dialog')
  await expectAtEverySize(page, alias)
  await closeByEscape(page, alias)
  await openedAt('#/canvas')
  const palette = await openPalette(page)
  await palette.getByRole('combobox').fill('back')
  await expectAtEverySize(page, palette)
  await closeByEscape(page, palette)
  for (const [command, name] of [
    ['List of keys', 'Keys'],
    ['Add an endpoint', 'New endpoint'],
    ['Add a client token', 'New client token'],
  ] as const) {
    await runCommand(page, command)
    const dialog = page.getByRole('dialog', { name })
    await expectAtEverySize(page, dialog)
    await closeByEscape(page, dialog)
  }
})

it.runIf(isFull)('menus and notices', LONG, async () => {
  const { page, canvas } = await openedAt('#/canvas')
  await canvas.card('endpoint', 'backend-1').click({ button: 'right' })
  await expectPopupAtEverySize(page, page.getByRole('menu'))
  await closeByEscape(page, page.getByRole('menu'))
  for (const name of ['More', 'Add']) {
    await page.getByRole('banner').getByRole('button', { name, exact: true }).click()
    await expectPopupAtEverySize(page, page.getByRole('menu'))
    await closeByEscape(page, page.getByRole('menu'))
  }
  await page.getByRole('button', { name: /^Notices/ }).click()
  const notices = page.getByRole('dialog', { name: 'Notices' })
  await expectPopupAtEverySize(page, notices)
  await closeByEscape(page, notices)
})

it.runIf(isFull)('a question, which closes when its object is deleted elsewhere', LONG, async () => {
  const { app, page } = await openedAt('#/canvas')
  const spare = await app.admin.block('Spare')
  await reveal(page, 'Spare')
  await runCommand(page, 'Delete what is selected')
  const question = page.getByRole('alertdialog', { name: 'Delete Spare?' })
  await expectAtEverySize(page, question)
  await app.admin.call('DELETE', `/incoming-blocks/${spare.id}`)
  await question.waitFor({ state: 'hidden' })
})
