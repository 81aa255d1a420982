/** The inspector's other panels, its drafts and keys. */
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { ADMIN_TOKEN, chatOf, eventually, startApp } from '../../../support/apps/running-app.ts'
import { startDaemon } from '../../../support/daemon-process.ts'
import { startDrawnApp } from '../../support/canvas-page.ts'
import { inspectorOf, reveal } from '../../support/inspector-page.ts'
import { newPage, openContext } from '../../support/open-page.ts'
import { openSignedIn, signIn } from '../../support/signed-in.ts'

const figure = (inspector: Locator, caption: string): Locator =>
  inspector.getByRole('term').filter({ hasText: caption }).locator('xpath=../dd')

it('shows the gateway while nothing is selected, with its figures missing instead of 0 until they arrive', async () => {
  const { app, page } = await startDrawnApp()
  const gateway = inspectorOf(page, 'Gateway')
  await gateway.waitFor()
  expect(await figure(gateway, 'first token').innerText()).toBe('–')
  const { token } = await app.admin.token('caller')
  const answer = await app
    .openai(token)
    .chat.completions.create({ model: 'sim-model', messages: [{ role: 'user', content: 'Hello' }] })
  expect(answer.choices).toHaveLength(1)
  await eventually(async () => expect(await figure(gateway, 'served').innerText()).toBe('1'))
})

it('draws its charts in a browser whose language is no language tag, as under the locale C', async () => {
  const app = await startApp()
  const context = await openContext(app.url)
  await context.addInitScript(() =>
    Object.defineProperty(navigator, 'language', { get: () => 'en-US@posix', configurable: true }),
  )
  const page = await newPage(context)
  await page.goto(`${app.url}/admin`)
  await signIn(page)
  await inspectorOf(page, 'Gateway').getByRole('term').filter({ hasText: 'served' }).waitFor()
})

it('shows the worker processes: how many on the status bar, how busy each is in the panel', async () => {
  const daemon = await startDaemon({
    environment: { LB_WORKERS: '2', LB_ADMIN_TOKEN: ADMIN_TOKEN, LB_ALLOW_ANONYMOUS: '1' },
  })
  const page = await openSignedIn(daemon)
  await page.getByRole('contentinfo', { name: 'Totals' }).getByText('2 workers').waitFor()
  const rows = inspectorOf(page, 'Gateway').getByRole('table', { name: 'Workers' }).getByRole('row')
  await eventually(async () => expect(await rows.count()).toBe(3))
  const figures = await rows.nth(1).getByRole('cell').allInnerTexts()
  expect(figures).toEqual([
    '0',
    expect.stringMatching(/^[\d.]+\s%$/),
    expect.stringMatching(/^[\d.]+\sm?s$/),
    expect.stringMatching(/^\d+\sMiB$/),
  ])
})

it('acts on several cards: disables endpoints in one undo step, moves client tokens', async () => {
  const { app, page, canvas, batch } = await startDrawnApp()
  await canvas.card('endpoint', 'alpha').click()
  await canvas.card('endpoint', 'beta').click({ modifiers: ['ControlOrMeta'] })
  await canvas.card('token', 'app').click({ modifiers: ['ControlOrMeta'] })
  const several = inspectorOf(page, '3 selected')
  await several.getByRole('button', { name: 'Disable' }).click()
  const enabled = async () => (await app.admin.state()).endpoints.map((endpoint) => endpoint.enabled)
  await eventually(async () => expect(await enabled()).toEqual([false, false]))
  await canvas.undo.click()
  await eventually(async () => expect(await enabled()).toEqual([true, true]))
  await several.getByLabel('Incoming block').selectOption('Batch')
  await several.getByRole('button', { name: 'Move there' }).click()
  await eventually(async () =>
    expect((await app.admin.state()).client_tokens[0]?.incoming_block_id).toBe(batch.id),
  )
})

it('asks whether the requests in flight of an endpoint that is disabled finish, and ends them', async () => {
  const app = await startApp({ backends: [{ fault: { kind: 'hang' } }] })
  const page = await openSignedIn(app)
  const answer = app.post('/v1/chat/completions', chatOf())
  const inspector = await reveal(page, 'backend-1')
  await eventually(async () => expect(await figure(inspector, 'in flight').innerText()).toBe('1'))
  await inspector.getByRole('switch', { name: 'Enabled' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Disable backend-1?' })
  await dialog.getByText('backend-1: 1 in flight').waitFor()
  await dialog.getByRole('switch', { name: 'End the requests in flight' }).click()
  await dialog.getByRole('button', { name: 'Disable' }).click()
  expect((await answer).status).toBe(503)
  await dialog.waitFor({ state: 'hidden' })
  expect((await app.admin.state()).endpoints[0]?.enabled).toBe(false)
})

it('asks the same when an endpoint is deleted', async () => {
  const app = await startApp({ backends: [{ fault: { kind: 'hang' } }] })
  const page = await openSignedIn(app)
  const answer = app.post('/v1/chat/completions', chatOf())
  const inspector = await reveal(page, 'backend-1')
  await eventually(async () => expect(await figure(inspector, 'in flight').innerText()).toBe('1'))
  await inspector.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Delete backend-1?' })
  await dialog.getByRole('switch', { name: 'End the requests in flight' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  expect((await answer).status).toBe(503)
  await eventually(async () => expect((await app.admin.state()).endpoints).toEqual([]))
})

it('says of a tested endpoint whether it is reachable, accepts the key and has models', async () => {
  const app = await startApp({ backends: [{ apiKey: 'sk-right', publicModels: true }] })
  await app.admin.patchEndpoint(app.endpoint.id, { api_key: 'sk-wrong' })
  const page = await openSignedIn(app)
  const inspector = await reveal(page, 'backend-1')
  await inspector.getByRole('button', { name: 'Test' }).click()
  const finding = (name: string) => inspector.getByRole('listitem').filter({ hasText: name })
  await finding('Reachable').getByText('the endpoint answers').waitFor()
  await finding('Authorised').getByText('the endpoint does not accept the API key').waitFor()
  await finding('Has models').getByText('one model').waitFor()
})

it('links to an unsaved draft from every other card', async () => {
  const { page } = await startDrawnApp()
  const alpha = await reveal(page, 'alpha')
  await alpha.getByLabel('Token quota').fill('33')
  const beta = await reveal(page, 'beta')
  await beta.getByText('Not saved yet').waitFor()
  await beta.getByRole('button', { name: 'alpha', exact: true }).click()
  expect(await alpha.getByLabel('Token quota').inputValue()).toBe('33')
  await alpha.getByRole('button', { name: 'Discard' }).click()
  await eventually(async () => expect(await alpha.getByLabel('Token quota').inputValue()).toBe('0'))
})

it('replaces and removes a key without showing it, and an empty input removes nothing', async () => {
  const { app, page, alpha } = await startDrawnApp()
  await app.admin.patchEndpoint(alpha.id, { api_key: 'sk-first-key-of-alpha' })
  const inspector = await reveal(page, 'alpha')
  const previewOf = async () =>
    (await app.admin.state()).endpoints.find(({ id }) => id === alpha.id)?.api_key_preview
  await inspector.getByRole('button', { name: 'Replace' }).click()
  await inspector.getByLabel('Token quota').fill('20')
  await inspector.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved alpha').first().waitFor()
  expect(await previewOf()).toBe('sk-f...lpha')
  await inspector.getByLabel('Upstream key').fill('sk-other-key-of-alpha-2')
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => expect(await previewOf()).toBe('sk-o...ha-2'))
  await inspector.getByRole('button', { name: 'Remove' }).click()
  await inspector.getByText('The stored key will be removed.').waitFor()
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => expect(await previewOf()).toBe(''))
  expect(await page.content()).not.toContain('sk-other-key-of-alpha-2')
})

it('tests an endpoint with unsaved fields', async () => {
  const { page, app } = await startDrawnApp()
  const inspector = await reveal(page, 'alpha')
  await inspector.getByLabel('Base URL').fill(`${app.backend.baseUrl}/nowhere`)
  await inspector.getByRole('button', { name: 'Test' }).click()
  await inspector.getByText('Check the base URL: it mostly ends in /v1.').waitFor()
  await inspector.getByRole('button', { name: 'Discard' }).click()
  await inspector.getByRole('button', { name: 'Test' }).click()
  await inspector.getByText('Answered in').waitFor()
})
