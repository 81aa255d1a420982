import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chatOf, eventually, startApp, startListingApp } from '../../../support/apps/running-app.ts'
import { startUpstream } from '../../../support/upstreams/http-upstream.ts'
import { axeViolations } from '../../support/axe.ts'
import { inspectorOf, openPalette } from '../../support/inspector-page.ts'
import { PHONE } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

const LONG = 'team/a-model-with-a-name-of-a-hundred-and-twenty-characters-'.padEnd(120, 'x')

const table = (page: Page): Locator => page.getByRole('table', { name: 'Models' })
const row = (page: Page, name: string): Locator => table(page).getByRole('row', { name, exact: false })
const names = (page: Page): Promise<string[]> => table(page).getByRole('rowheader').allInnerTexts()

async function startFleet() {
  const app = await startListingApp({
    backends: [{ models: ['llama', 'qwen'] }, { models: ['llama', LONG] }],
  })
  const page = await openSignedIn(app, { path: '/admin#/models' })
  await eventually(async () => expect(await names(page)).toEqual(['llama', 'qwen', LONG]))
  return { app, page }
}

describe('the models view', () => {
  it('shows each model with its endpoints and how many of them can serve it, and follows the backends', async () => {
    const { app, page } = await startFleet()
    await row(page, 'llama').getByText('2 of 2').waitFor()
    const [first, second] = app.endpoints
    await app.admin.patchEndpoint(second?.id ?? 0, { enabled: false })
    await row(page, 'llama').getByText('1 of 2').waitFor()
    await row(page, 'llama').getByText('disabled').waitFor()
    await row(page, LONG).getByText('0 of 1').waitFor()
    await app.admin.patchEndpoint(first?.id ?? 0, { models: ['qwen'] })
    await row(page, 'llama').getByText('0 of 1').waitFor()
    // A new endpoint's list is read without a further change of the configuration.
    const { baseUrl } = await startUpstream((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: [{ id: 'lora', parent: 'llama', max_model_len: 4096 }] }))
    })
    await app.admin.endpoint('adapter', baseUrl)
    await row(page, 'lora').getByText('adapts llama').waitFor()
    await row(page, 'lora').getByText('4,096').waitFor()
    await row(page, 'lora').getByRole('button', { name: 'Show adapter on the canvas' }).click()
    await inspectorOf(page, 'adapter').waitFor()
  })

  it('shows how much each model and alias is asked for, and its share of all tokens', async () => {
    const app = await startListingApp({ backends: [{ models: ['llama', 'qwen', 'idle'] }] })
    await app.admin.call('POST', '/model-aliases', { name: 'smart', targets: [{ model: 'qwen' }] })
    const page = await openSignedIn(app, { path: '/admin#/models' })
    await row(page, 'llama').getByRole('cell', { name: '0', exact: true }).first().waitFor()
    expect(await row(page, 'llama').getByRole('cell').nth(2).innerText()).toBe('–')
    await Promise.all(
      ['llama', 'qwen', 'smart', 'smart'].map((model) =>
        app.post('/v1/chat/completions', chatOf({ model, max_tokens: 10 })),
      ),
    )
    await row(page, 'llama')
      .getByRole('cell', { name: /^25\s%$/ })
      .waitFor()
    await row(page, 'qwen')
      .getByRole('cell', { name: /^75\s%$/ })
      .waitFor()
    const aliases = page.getByRole('table', { name: 'Model aliases' })
    await aliases.getByRole('columnheader', { name: 'req/s by name' }).waitFor()
    await aliases
      .getByRole('row', { name: 'smart' })
      .getByRole('cell', { name: /^50\s%$/ })
      .waitFor()
    const figures = await row(page, 'qwen').getByRole('cell').allInnerTexts()
    for (const figure of figures.slice(0, 2)) expect(Number(figure)).toBeGreaterThan(0)
    expect((await row(page, 'idle').getByRole('cell').allInnerTexts()).slice(0, 3)).toEqual(['0', '0', '–'])
  })

  it('searches by name, is opened at a model by the palette, and shows many in parts', async () => {
    const app = await startListingApp({
      backends: [{ models: Array.from({ length: 200 }, (_, at) => `model-${String(at).padStart(3, '0')}`) }],
    })
    const page = await openSignedIn(app, { path: '/admin#/models' })
    await eventually(async () => expect(await names(page)).toHaveLength(100))
    await page.getByRole('button', { name: 'Show 100 more' }).click()
    await eventually(async () => expect(await names(page)).toHaveLength(200))
    const search = page.getByRole('searchbox', { name: 'Search models' })
    await search.fill('MODEL-01')
    await eventually(async () => expect(await names(page)).toHaveLength(10))
    await search.fill('nothing')
    await page.getByText('No name contains that.').waitFor()
    await page.goto(`${app.url}/admin#/canvas`)
    const palette = await openPalette(page)
    await palette.getByRole('combobox').fill('model-142')
    await palette.getByRole('group', { name: 'Models' }).getByRole('option', { name: 'model-142' }).click()
    await eventually(async () => expect(await names(page)).toEqual(['model-142']))
    expect(page.url()).toMatch(/#\/models$/)
  })

  it('says what there is while no model is known by name', async () => {
    const app = await startApp()
    const page = await openSignedIn(app, { path: '/admin#/models' })
    await page.getByText('No model is known by name').waitFor()
    await page.getByRole('heading', { name: 'Any other model' }).waitFor()
    await page.getByRole('button', { name: 'Show backend-1 on the canvas' }).waitFor()
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    await page.getByText('No models yet').waitFor()
    expect(await page.getByRole('heading', { name: 'Any other model' }).count()).toBe(0)
    await page.getByRole('main').getByRole('button', { name: 'Add an endpoint' }).click()
    await page.getByRole('dialog').waitFor()
  })

  it('makes, changes and deletes aliases, each undone, and says which target is served by no endpoint', async () => {
    const { app, page } = await startFleet()
    const aliases = async () => (await app.admin.state()).model_aliases
    await page.getByRole('button', { name: 'New alias' }).click()
    const dialog = page.getByRole('dialog', { name: 'New model alias' })
    await dialog.getByLabel('Name', { exact: true }).fill('smart')
    await dialog.getByRole('button', { name: 'Create' }).click()
    // A target without a model is not accepted.
    expect(await dialog.getByLabel('Model 1', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await dialog.getByLabel('Model 1', { exact: true }).fill('qwen')
    await dialog.getByRole('button', { name: 'Add a model' }).click()
    await dialog.getByLabel('Model 2', { exact: true }).fill('gone')
    await dialog.getByLabel('Endpoint of model 2').selectOption({ label: 'at backend-2' })
    await dialog.getByRole('button', { name: 'Move model 2 up' }).click()
    await dialog.getByLabel('If all endpoints of a model are full').selectOption('next')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.waitFor({ state: 'detached' })
    const targets = [
      { model: 'gone', endpoint_id: app.endpoints[1]?.id },
      { model: 'qwen', endpoint_id: null },
    ]
    expect(await aliases()).toMatchObject([{ name: 'smart', targets, on_full: 'next' }])
    const table = page.getByRole('table', { name: 'Model aliases' })
    await table.getByRole('listitem').filter({ hasText: 'gone' }).getByText('served by no endpoint').waitFor()
    await table.getByRole('listitem').filter({ hasText: 'qwen' }).waitFor()
    expect(await table.getByText('served by no endpoint').count()).toBe(1)

    await table.getByRole('button', { name: 'Edit smart' }).click()
    const edit = page.getByRole('dialog', { name: 'Model alias smart' })
    await edit.getByRole('button', { name: 'Remove model 1' }).click()
    await edit.getByLabel('Name the alias in responses').click()
    await edit.getByRole('button', { name: 'Save' }).click()
    await table.getByText('named in responses').waitFor()
    expect(await aliases()).toMatchObject([{ targets: [targets[1]], rewrite_response: true }])
    expect(await axeViolations(page)).toEqual([])

    await table.getByRole('button', { name: 'Delete smart' }).click()
    await table.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await table.getByText('named in responses').waitFor()
    expect(await aliases()).toMatchObject([{ id: 1, name: 'smart' }])
  })

  it('says why it shows nothing where the server refuses, and tries again', async () => {
    const app = await startListingApp({ backends: [{ models: ['llama'] }] })
    const page = await openSignedIn(app, { expectedErrors: /status of 500/ })
    const problem = { status: 500, detail: 'Something broke.' }
    await page.route('**/admin/api/models?search=', (route) => route.fulfill({ status: 500, json: problem }))
    await page.goto(`${app.url}/admin#/models`)
    await page.getByRole('alert').getByText('Something broke.').waitFor()
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Try again' }).click()
    await row(page, 'llama').waitFor()
  })

  it('passes axe in both themes and fits a phone, with a name of 120 characters', async () => {
    const { app, page } = await startFleet()
    await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
    await row(page, 'qwen').getByText('disabled').waitFor()
    for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await axeViolations(page), colorScheme).toEqual([])
    }
    await page.setViewportSize(PHONE)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
    await row(page, 'llama').getByText('1 of 2').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

it('the cards on the canvas name the only model of an endpoint, or count them', async () => {
  const app = await startListingApp({
    backends: [{ models: ['llama'] }, { models: ['llama', 'qwen', 'bge'] }],
  })
  const { baseUrl } = await startUpstream((_request, response) => {
    response.statusCode = 404
    response.end()
  })
  await app.admin.endpoint('silent', baseUrl)
  const page = await openSignedIn(app)
  const line = (endpoint: string, text: string): Locator =>
    page.getByRole('group', { name: new RegExp(`Endpoint ${endpoint}`) }).getByText(text, { exact: true })
  await line('backend-1', 'llama').waitFor()
  await line('silent', 'any model').waitFor()
  await line('backend-2', '3 models').waitFor()
  expect(await line('backend-2', '3 models').getAttribute('title')).toBe('llama, qwen, bge')
  await app.admin.patchEndpoint(app.endpoints[1]?.id ?? 0, { models: ['nothing-*'] })
  await line('backend-2', 'no model').waitFor()
})

it('the canvas marks a wire that no request can take, and says why', async () => {
  const app = await startListingApp({ backends: [{ models: ['llama'] }, { models: ['qwen'] }] })
  const page = await openSignedIn(app)
  const wire = (name: string): Locator => page.getByRole('group', { name, exact: true })
  const usable = wire('Wire from Incoming 1 to backend-2')
  const unusable = wire('Wire from Incoming 1 to backend-2. No model of backend-2 is allowed to Incoming 1')
  const mark = page.getByText('no model allowed')
  await usable.waitFor({ state: 'attached' })
  await app.admin.call('PATCH', '/incoming-blocks/1', { allowed_models: ['lla*'] })
  await unusable.waitFor({ state: 'attached' })
  await mark.waitFor()
  await wire('Wire from Incoming 1 to backend-1').waitFor({ state: 'attached' })
  await unusable.focus()
  await page.keyboard.press('Enter')
  await inspectorOf(page, 'Incoming 1 to backend-2')
    .getByText('No model of backend-2 is allowed to Incoming 1: no request can take this wire.')
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
  await app.admin.call('POST', '/model-aliases', { name: 'llast', targets: [{ model: 'qwen' }] })
  await usable.waitFor({ state: 'attached' })
  await mark.waitFor({ state: 'detached' })
})
