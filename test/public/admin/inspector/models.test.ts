/** The models and calls of an endpoint in the inspector: what the backend lists, and what is served of it. */
import { expect, it } from 'vitest'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { eventually, startApp, startListingApp } from '../../../support/apps/running-app.ts'
import { startUpstream } from '../../../support/upstreams/http-upstream.ts'
import { reveal } from '../../support/inspector-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { isFull } from '../../../support/effort.ts'

async function startPanel(options: { expectedErrors?: RegExp } = {}, start = startApp, setup: object = {}) {
  const app = await start(setup)
  const page = await openSignedIn(app, options)
  const inspector = await reveal(page, 'backend-1')
  const field = inspector.getByRole('textbox', { name: 'Served models' })
  const save = inspector.getByRole('button', { name: 'Save' })
  return {
    app,
    page,
    inspector,
    field,
    save,
    models: async () => (await app.admin.state()).endpoints[0]?.models,
    text: () => field.inputValue(),
  }
}

it('saves the names without blank lines, undoes that, and clears them again', async () => {
  const { app, page, inspector, field, save, models, text } = await startPanel()
  await field.pressSequentially('\n sim-model \n\nqwen-*\n\n')
  expect(await text()).toBe('\n sim-model \n\nqwen-*\n\n')
  await save.click()
  await eventually(async () => expect(await models()).toEqual(['sim-model', 'qwen-*']))
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await eventually(async () => expect(await models()).toEqual([]))
  await eventually(async () => expect(await text()).toBe(''))
  await field.fill('sim-model\nqwen-*')
  await save.click()
  // Without a draft the field shows the list of the server.
  await inspector.getByRole('button', { name: 'Discard' }).waitFor({ state: 'detached' })
  await eventually(async () => expect(await text()).toBe('sim-model\nqwen-*'))
  expect(await models()).toEqual(['sim-model', 'qwen-*'])
  await field.fill('')
  await inspector.getByLabel('Calls', { exact: true }).fill('chat\nrerank')
  await save.click()
  await eventually(async () => expect(await models()).toEqual([]))
  await eventually(async () =>
    expect((await app.admin.state()).endpoints[0]?.apis).toEqual(['chat', 'rerank']),
  )
})

it('counts a list as changed by its names only, and shows the list of another operator', async () => {
  const { app, inspector, field, text } = await startPanel()
  await app.admin.patchEndpoint(app.endpoint.id, { models: ['sim-model', 'qwen-*'] })
  await eventually(async () => expect(await text()).toBe('sim-model\nqwen-*'))
  const discard = inspector.getByRole('button', { name: 'Discard' })
  await field.fill('sim-model')
  await discard.waitFor()
  await field.fill('\nsim-model\n\nqwen-*\n')
  await discard.waitFor({ state: 'detached' })
  await field.fill('sim-model\nsim-model')
  await discard.click()
  await eventually(async () => expect(await text()).toBe('sim-model\nqwen-*'))
})

it('shows at the field which name is not acceptable, in the page and from the server', async () => {
  const { page, inspector, field, save, models } = await startPanel({ expectedErrors: /status of 422/ })
  await field.fill('sim-model\n\nqwen 3')
  await inspector.getByText('qwen 3: takes no spaces and no control characters').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await save.getAttribute('data-disabled')).not.toBeNull()
  await field.fill('sim-model\n\nqwen-3')
  await inspector.getByText('takes no spaces').waitFor({ state: 'detached' })
  await page.route('**/admin/api/endpoints/*', (route) =>
    route.fulfill({
      status: 422,
      json: { status: 422, errors: [{ pointer: '/models/1', detail: 'Is not acceptable.' }] },
    }),
  )
  await save.click()
  await inspector.getByText('qwen-3: Is not acceptable.').waitFor()
  expect(await models()).toEqual([])
})

it('leaves the buttons of the panel free on a phone when it reports what was saved', async () => {
  const { page, inspector, field, save } = await startPanel()
  await page.setViewportSize({ width: 390, height: 844 })
  await field.fill('sim-model')
  await save.click()
  const toast = page.getByRole('region', { name: 'Messages' }).getByText('Saved backend-1')
  await toast.waitFor()
  // A click on what is covered would wait in vain.
  await inspector.getByRole('button', { name: 'Test' }).click({ trial: true, timeout: 30_000 })
  expect(await toast.isVisible()).toBe(true)
})

it("edits an endpoint's further names as pairs, and what a block and a token may use as names", async () => {
  const { app, page, inspector, save } = await startPanel()
  await app.admin.token('team')
  const pairs = inspector.getByLabel('Further names')
  await pairs.fill('llama3=llama3:8b\n\n small  =  qwen-2')
  await save.click()
  await eventually(async () =>
    expect((await app.admin.state()).endpoints[0]?.model_map).toEqual({
      llama3: 'llama3:8b',
      small: 'qwen-2',
    }),
  )
  await pairs.fill('llama3')
  await inspector.getByText(/^llama3: /).waitFor()
  await inspector.getByRole('button', { name: 'Discard' }).click()
  for (const [name, read] of [
    ['Incoming 1', (state) => state.incoming_blocks[0]],
    ['team', (state) => state.client_tokens[0]],
  ] as const satisfies readonly [string, (state: StateView) => { allowed_models: string[] } | undefined][]) {
    const panel = await reveal(page, name)
    await panel.getByLabel('Allowed models').fill('smart\nqwen-*')
    await panel.getByRole('button', { name: 'Save' }).click()
    await eventually(async () =>
      expect(read(await app.admin.state())?.allowed_models).toEqual(['smart', 'qwen-*']),
    )
  }
})

it('lists what the backend says and when, and puts a name into the field and out of it by one press', async () => {
  const { app, inspector, save, models, text } = await startPanel({}, startListingApp, {
    backends: [{ models: ['llama', 'qwen'] }],
  })
  const list = inspector.getByRole('list', { name: 'Models of the backend' })
  await inspector.getByText(/^The backend lists 2 models\. Read (just now|\d+ s ago)\.$/).waitFor()
  await list.getByText('131,072 tokens at most').first().waitFor()
  await list.getByRole('button', { name: 'Only this: llama' }).click()
  expect(await text()).toBe('llama')
  await list.getByRole('button', { name: 'Add: qwen' }).click()
  expect(await text()).toBe('llama\nqwen')
  await list.getByRole('button', { name: 'Remove: llama' }).click()
  expect(await text()).toBe('qwen')
  await save.click()
  await eventually(async () => expect(await models()).toEqual(['qwen']))
  const left = list.getByRole('listitem').filter({ hasText: 'llama' })
  await left.getByText('left out').waitFor()
  // What the backend lists changes, and the draft of the field stays as it is.
  await list.getByRole('button', { name: 'Remove: qwen' }).click()
  app.backend.configure({ models: ['llama', 'qwen', 'bge'] })
  await app.admin.patchEndpoint(app.endpoint.id, { api_key: 'other' })
  await list.getByText('bge').waitFor()
  expect(await text()).toBe('')
})

it.runIf(isFull)(
  'says where the list is not known, is empty or could no more be read, and finds one of many',
  async () => {
    const never = await startPanel()
    await never.inspector.getByText('The backend has not been asked for its models yet.').waitFor()
    let list: readonly object[] | undefined
    const { baseUrl } = await startUpstream((_request, response) => {
      response.statusCode = list ? 200 : 500
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: list }))
    })
    const { app, page } = await startPanel({}, startListingApp, {
      environment: { LB_MODELS_REFRESH_SECONDS: '1' },
    })
    await app.admin.endpoint('scripted', baseUrl)
    const inspector = await reveal(page, 'scripted')
    await inspector.getByText('The backend does not say which models it has. Requests for any').waitFor()
    list = []
    await inspector.getByText('The backend lists no models. Read').waitFor()
    list = Array.from({ length: 200 }, (_, at) => ({ id: `model-${at}` }))
    await inspector.getByText('The backend lists 200 models. Read').waitFor()
    expect(await inspector.getByText('Requests for any model').count()).toBe(0)
    await inspector.getByRole('searchbox', { name: 'Search the models' }).fill('MODEL-19')
    const rows = inspector.getByRole('list', { name: 'Models of the backend' }).getByRole('listitem')
    await eventually(async () => expect(await rows.count()).toBe(11))
    list = undefined
    await inspector.getByText(/The backend lists 200 models as of .*; it has not answered since\./).waitFor()
    expect(await rows.count()).toBe(11)
  },
)
