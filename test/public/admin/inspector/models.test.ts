/** The models and calls of an endpoint in the inspector: lists, edited one name a line. */
import { expect, it } from 'vitest'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { reveal } from '../../support/inspector-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

async function startPanel(options: { expectedErrors?: RegExp } = {}) {
  const app = await startApp()
  const page = await openSignedIn(app, options)
  const inspector = await reveal(page, 'backend-1')
  const field = inspector.getByLabel('Models')
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
  await inspector.getByLabel('Calls').fill('chat\nrerank')
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
