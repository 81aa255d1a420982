/** For every kind of change, the server and the canvas agree after each undo and redo. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { chatOf, eventually, type RunningApp } from '../../../support/apps/running-app.ts'
import { shared } from '../../../support/lifetime.ts'
import { centreOf, drag, startDrawnApp, wiresOf, type CanvasPage } from '../../support/canvas-page.ts'
import { reveal } from '../../support/inspector-page.ts'
import { isFull } from '../../../support/effort.ts'

interface Drawn {
  readonly app: RunningApp
  readonly page: Page
  readonly canvas: CanvasPage
}

/** The configured fields, without those that the server adds. */
const configured = (state: StateView) => ({
  endpoints: state.endpoints.map(
    ({ id, name, enabled, connected, base_url, token_quota_percent, pos_x, pos_y }) => [
      id,
      name,
      enabled,
      connected,
      base_url,
      token_quota_percent,
      [pos_x, pos_y],
    ],
  ),
  blocks: state.incoming_blocks.map(({ id, name, routing_mode, session_affinity, pos_x, pos_y }) => [
    id,
    name,
    routing_mode,
    session_affinity,
    [pos_x, pos_y],
  ]),
  tokens: state.client_tokens.map(({ id, name, incoming_block_id, preferred_endpoint_id }) => [
    id,
    name,
    incoming_block_id,
    preferred_endpoint_id,
  ]),
  wires: wiresOf(state),
  mode: state.routing_mode,
  placement: state.placement,
})

/** The cards and lines that the canvas must show. */
const toBeShown = (state: StateView) => ({
  cards: [
    ...state.client_tokens.map(({ name }) => `Client token ${name}`),
    ...state.incoming_blocks.map(({ name }) => `Incoming block ${name}`),
    ...state.endpoints.map(({ name }) => `Endpoint ${name}`),
  ].sort(),
  lines: [
    ...wiresOf(state).map((wire) => `Wire from ${wire.replace('>', ' to ')}`),
    ...state.client_tokens.flatMap(({ name, preferred_endpoint_id: preferred }) => {
      const endpoint = state.endpoints.find(({ id }) => id === preferred)
      return endpoint === undefined ? [] : [`${name} prefers ${endpoint.name}`]
    }),
  ].sort(),
  disabled: state.endpoints.filter(({ enabled }) => !enabled).map(({ name }) => name),
  weights: state.endpoints
    .map(({ name, token_quota_percent: quota }) =>
      state.routing_mode === 'priority'
        ? `${name} rank 1`
        : state.endpoints.every(({ token_quota_percent }) => token_quota_percent === 0)
          ? `${name} equal`
          : `${name} ${quota} %`,
    )
    .sort(),
})

async function shown({ canvas }: Drawn): Promise<ReturnType<typeof toBeShown>> {
  const groups = await canvas.region.getByRole('group').evaluateAll((elements) =>
    elements.map((element) => ({
      label: element.getAttribute('aria-label') ?? '',
      isDisabled: element.querySelector('[role=img][aria-label=disabled]') !== null,
      weight: element.querySelector('[title^="token quota"], [title^="priority order"]')?.textContent ?? '',
    })),
  )
  const labels = groups.map(({ label }) => label)
  const endpoints = groups.filter(({ label }) => label.startsWith('Endpoint '))
  const nameOf = ({ label }: { readonly label: string }) => label.slice('Endpoint '.length)
  return {
    cards: labels.filter((label) => /^(Client token|Incoming block|Endpoint) /.test(label)).sort(),
    lines: labels.filter((label) => /^Wire from | prefers /.test(label)).sort(),
    disabled: endpoints.filter(({ isDisabled }) => isDisabled).map(nameOf),
    weights: endpoints.map((one) => `${nameOf(one)} ${one.weight.replace(/\s/, ' ')}`).sort(),
  }
}

/** Position of a card relative to another one: the view may have moved. */
async function expectInPlace({ canvas }: Drawn, { incoming_blocks, endpoints }: StateView): Promise<void> {
  const zoom = await canvas.region.getByRole('button', { name: /^Zoom \d+ percent/ }).innerText()
  const scale = Number(/\d+/.exec(zoom)?.[0]) / 100
  const block = incoming_blocks.find(({ name }) => name === 'Live')
  const beta = endpoints.find(({ name }) => name === 'beta')
  const [from, to] = [
    await canvas.card('block', 'Live').boundingBox(),
    await canvas.card('endpoint', 'beta').boundingBox(),
  ]
  if (!block || !beta || !from || !to) throw new Error('they are always there')
  expect(Math.abs(to.x - from.x - (beta.pos_x - block.pos_x) * scale)).toBeLessThan(3)
  expect(Math.abs(to.y - from.y - (beta.pos_y - block.pos_y) * scale)).toBeLessThan(3)
}

/** Places all cards: positions of cards that were never placed are computed. */
const place = ({ app, live, batch, alpha, beta, token }: Awaited<ReturnType<typeof startDrawnApp>>) =>
  app.admin.call('PATCH', '/positions', {
    client_tokens: [{ id: token.id, pos_x: 8, pos_y: 120 }],
    incoming_blocks: [
      { id: live.id, pos_x: 288, pos_y: 120 },
      { id: batch.id, pos_x: 288, pos_y: 320 },
    ],
    endpoints: [
      { id: alpha.id, pos_x: 736, pos_y: 120 },
      { id: beta.id, pos_x: 736, pos_y: 320 },
    ],
  })

const agrees = (drawn: Drawn): Promise<void> =>
  eventually(async () => expect(await shown(drawn)).toEqual(toBeShown(await drawn.app.admin.state())))

async function remove({ page, canvas }: Drawn, kind: 'token' | 'block' | 'endpoint', name: string) {
  await canvas.card(kind, name).focus()
  await page.keyboard.press('Delete')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  // The dialog hides the card at once; the page confirms the deletion when the server has responded.
  await page.getByText(`Deleted ${name}`).first().waitFor()
  await canvas.card(kind, name).waitFor({ state: 'detached' })
}

async function create({ page }: Drawn, item: string, fields: Readonly<Record<string, string>>) {
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
  const dialog = page.getByRole('dialog')
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value)
  await dialog.getByRole('button', { name: 'Create' }).click()
}

const changes: Readonly<Record<string, (drawn: Drawn) => Promise<void>>> = {
  // First, while the whole canvas is in view.
  async 'the move of a card'({ page, canvas }) {
    const start = await centreOf(canvas.card('endpoint', 'beta'))
    await drag(page, start, { x: start.x - 96, y: start.y + 64 })
  },
  'the creation of an endpoint': (drawn) =>
    create(drawn, 'Add an endpoint', { 'Base URL': drawn.app.backend.baseUrl, Name: 'gamma' }),
  'the creation of an incoming block': (drawn) => create(drawn, 'Add an incoming block', { Name: 'Night' }),
  // The block of the test before is still selected, but gone: the token is created in another one.
  async 'the creation of a client token'(drawn) {
    await create(drawn, 'Add a client token', { Name: 'mobile' })
    await drawn.page.getByRole('button', { name: 'I have copied it' }).click()
  },
  'a wire': ({ page, canvas }) => drag(page, canvas.blockHandle('Batch'), canvas.endpointHandle('beta')),
  async 'the removal of a wire'({ page, canvas }) {
    await canvas.wire('Live', 'alpha').focus()
    await page.keyboard.press('Delete')
  },
  'a preference': ({ page, canvas }) => drag(page, canvas.tokenHandle('app'), canvas.endpointHandle('alpha')),
  async 'the disabling of an endpoint'({ page }) {
    const inspector = await reveal(page, 'alpha')
    await inspector.getByRole('switch', { name: 'Enabled' }).click()
  },
  async 'an edit'({ page }) {
    const inspector = await reveal(page, 'beta')
    await inspector.getByLabel('Token quota').fill('42')
    await inspector.getByRole('button', { name: 'Save' }).click()
  },
  'the routing mode': ({ page }) => page.getByRole('button', { name: 'Priority', exact: true }).click(),
  async 'the placement'({ page }) {
    await page.getByRole('button', { name: /^Placement: / }).click()
    await page.getByRole('menuitemradio', { name: /^Load/ }).click()
  },
  async 'the mode and the sessions of an incoming block'({ page }) {
    const inspector = await reveal(page, 'Batch')
    await inspector.getByLabel('Routing mode').selectOption('Balanced')
    await inspector.getByLabel('Session affinity').selectOption('The client token')
    await inspector.getByRole('button', { name: 'Save' }).click()
  },
  'the deletion of an endpoint': (drawn) => remove(drawn, 'endpoint', 'alpha'),
  'the deletion of an incoming block': (drawn) => remove(drawn, 'block', 'Batch'),
  'the deletion of a client token': (drawn) => remove(drawn, 'token', 'app'),
}

/** Each test undoes its change, and so leaves everything as it was. */
const placed = shared(async () => {
  const drawn = await startDrawnApp()
  await place(drawn)
  await eventually(async () => expectInPlace(drawn, await drawn.app.admin.state()))
  return drawn
})

/** Other tests undo and redo the first four as well, and the others are done as one that is left. */
const repeated: readonly string[] = [
  ...['the move of a card', 'a wire', 'the removal of a wire', 'a preference'],
  ...['the placement', 'the mode and the sessions of an incoming block', 'the deletion of an incoming block'],
]
const tested = Object.entries(changes).filter(([name]) => isFull || !repeated.includes(name))

it.each(tested)('undoes and redoes %s', async (_name, change) => {
  const drawn = await placed()
  const { app, canvas } = drawn
  const now = async () => configured(await app.admin.state())
  const before = await now()
  await change(drawn)
  await eventually(async () => expect(await now()).not.toEqual(before))
  await agrees(drawn)
  const after = await now()
  for (const [button, expected] of [
    [canvas.undo, before],
    [canvas.redo, after],
    [canvas.undo, before],
  ] as const) {
    await button.click()
    await eventually(async () => expect(await now()).toEqual(expected))
    await agrees(drawn)
    await eventually(async () => expectInPlace(drawn, await app.admin.state()))
  }
})

it('restores the key of a deleted client token', async () => {
  const drawn = await startDrawnApp()
  const { app, page, canvas, token } = drawn
  const ask = async (): Promise<number> =>
    (await app.post('/v1/chat/completions', chatOf(), { authorization: `Bearer ${token.token}` })).status
  expect(await ask()).toBe(200)
  await remove(drawn, 'token', 'app')
  expect(await ask()).toBe(401)
  await canvas.undo.click()
  await page.getByText('Undone: delete client token app').first().waitFor()
  expect(await ask()).toBe(200)
  await canvas.redo.click()
  await page.getByText('Done again: delete client token app').first().waitFor()
  expect(await ask()).toBe(401)
})
