/** The figures of the canvas agree with /metrics; each condition of an endpoint and failures have their own word and shape. */
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { parseExposition } from '../../../observability/exposition.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../../support/apps/running-app.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { reveal } from '../../support/inspector-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { sendSteadily } from '../../support/steady-traffic.ts'
import { effort, isFull } from '../../../support/effort.ts'

const WINDOW_MS = 10_000
/** At least as long as it takes to fill the window and to compare a few samples. */
const WATCHED_MS = effort(22_000, 14_000)

/** The figure before a unit, as in `1,000 tok/s · 50 req/s`. */
function figureBefore(unit: string, text: string | null): number {
  const found = new RegExp(`([\\d.,]+)\\s*${unit}`).exec(text ?? '')?.[1]
  return Number(found?.replaceAll(',', ''))
}

/** Two blocks, each with its own client token, wire and endpoint. */
async function startTwoLanes() {
  const app = await startApp({
    backends: [
      { minTokens: 20, maxTokens: 20 },
      { minTokens: 50, maxTokens: 50 },
    ],
    endpoints: { connected: false },
  })
  const { admin, endpoints } = app
  const [first] = (await admin.state()).incoming_blocks
  const blocks = [first?.id ?? 0, (await admin.block('Batch')).id]
  await admin.call('PATCH', `/incoming-blocks/${blocks[0]}`, { name: 'Live' })
  const tokens: string[] = []
  for (const [index, block] of blocks.entries()) {
    await admin.call('PUT', `/wires/${block}/${endpoints[index]?.id}`)
    tokens.push((await admin.token(`app-${index}`, { incoming_block_id: block })).token)
  }
  return { app, tokens, page: await openSignedIn(app) }
}

const lanes = [
  { block: 'Live', endpoint: 'backend-1' },
  { block: 'Batch', endpoint: 'backend-2' },
]

interface Sample {
  readonly atMs: number
  /** What was counted until then, and what was shown: requests and tokens of both lanes. */
  readonly counted: readonly number[]
  readonly shownAtCards: readonly number[]
  readonly shownAtWires: readonly number[]
}

async function counters(app: RunningApp): Promise<number[]> {
  const families = parseExposition((await app.send('/metrics')).text)
  const valueOf = (name: string, labels: Readonly<Record<string, string>>): number =>
    [...families.values()]
      .flatMap(({ samples }) => samples)
      .find(
        (one) =>
          one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
      )?.value ?? Number.NaN
  return lanes.flatMap(({ endpoint }) => [
    valueOf('lb_endpoint_requests_total', { endpoint }),
    valueOf('lb_endpoint_tokens_total', { endpoint, type: 'completion' }),
  ])
}

async function takeSample(app: RunningApp, page: Page): Promise<Sample> {
  const canvas = createCanvasPage(page)
  const cards: number[] = []
  const wires: number[] = []
  for (const { block, endpoint } of lanes) {
    const on = await canvas.pointOn(block, endpoint)
    await page.mouse.move(on.x, on.y)
    const text = await canvas.toolbar(block, endpoint).innerText()
    wires.push(figureBefore('req/s', text), figureBefore('tok/s', text))
    const card = canvas.card('endpoint', endpoint)
    const [requests, tokens] = [
      await card.getByText(/req\/s$/).innerText(),
      // The caption stands above its figure.
      await card.getByText('tok/s', { exact: true }).first().locator('xpath=..').innerText(),
    ]
    cards.push(figureBefore('req/s', requests), Number(/[\d.,]+/.exec(tokens)?.[0].replaceAll(',', '')))
  }
  return { atMs: performance.now(), counted: await counters(app), shownAtCards: cards, shownAtWires: wires }
}

/** On a busy machine traffic comes in bursts, which lie on either side of a sample's window; the mean levels them out. */
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Rate per second over the ten seconds before a sample, from the samples nearest to both ends. */
function countedBefore(samples: readonly Sample[], sample: Sample, figure: number): number {
  const start = samples.reduce((best, one) =>
    Math.abs(sample.atMs - WINDOW_MS - one.atMs) < Math.abs(sample.atMs - WINDOW_MS - best.atMs) ? one : best,
  )
  const amount = (sample.counted[figure] ?? Number.NaN) - (start.counted[figure] ?? Number.NaN)
  return (1000 * amount) / (sample.atMs - start.atMs)
}

it('says that endpoints without quotas have equal shares, rather than 0 %', async () => {
  const app = await startApp({ backends: [{}, {}] })
  const page = await openSignedIn(app)
  const card = createCanvasPage(page).card('endpoint', 'backend-1')
  const equal = card.getByTitle('token quota: none has one, so all get equal shares')
  await equal.getByText('equal', { exact: true }).waitFor()
  await app.admin.patchEndpoint(app.endpoints[1]?.id ?? 0, { token_quota_percent: 40 })
  await equal.waitFor({ state: 'detached' })
})

it.runIf(isFull)(
  'agrees with /metrics within 5 % over ten seconds, at every endpoint and every wire',
  async () => {
    const { app, tokens, page } = await startTwoLanes()
    sendSteadily(app, tokens, 60)
    const startedMs = performance.now()
    const samples: Sample[] = []
    // Before, the window of what is shown is not full yet.
    const full = () => samples.filter(({ atMs }) => atMs - startedMs > WINDOW_MS + 1000)
    while (performance.now() - startedMs < WATCHED_MS || full().length <= 5) {
      samples.push(await takeSample(app, page))
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    for (const shown of ['shownAtCards', 'shownAtWires'] as const) {
      for (let figure = 0; figure < 2 * lanes.length; figure += 1) {
        const ratios = full().map(
          (sample) => (sample[shown][figure] ?? Number.NaN) / countedBefore(samples, sample, figure),
        )
        expect(Math.abs(meanOf(ratios) - 1), `${shown} ${figure}: ${ratios.join(' ')}`).toBeLessThan(0.05)
      }
    }
  },
)

/** The shape of a condition's mark, without its colour. */
const shapeOf = (mark: Locator): Promise<string> =>
  mark.evaluate((dot) => {
    const { borderRadius, borderStyle, borderWidth, height, transform, backgroundColor } =
      getComputedStyle(dot)
    const isHollow = backgroundColor === 'rgba(0, 0, 0, 0)'
    return [borderRadius, borderStyle, borderWidth, height, transform, isHollow].join(' ')
  })

it('has a word and a shape for each of the five conditions of an endpoint', async () => {
  const app = await startApp({
    environment: { LB_COOLDOWN_SECONDS: '1', LB_FAILOVER_ATTEMPTS: '0' },
    backends: [
      {},
      { fault: { kind: 'status', status: 503, retryAfter: '120' } },
      // Unlike a broken connection, it cannot be due to the requests of one client.
      { fault: { kind: 'status', status: 503 } },
      {},
      {},
    ],
    endpoints: { connected: false },
  })
  const { admin, endpoints } = app
  const [block] = (await admin.state()).incoming_blocks
  const idOf = (index: number): number => endpoints[index]?.id ?? 0
  const wired = (index: number, method: 'PUT' | 'DELETE') =>
    admin.call(method, `/wires/${block?.id}/${idOf(index)}`)
  // One wire at a time, so that each gets failures of its own.
  for (const index of [0, 1, 2]) {
    await wired(index, 'PUT')
    for (let tries = 0; tries < 3; tries += 1) await app.post('/v1/chat/completions', chatOf())
    await wired(index, 'DELETE')
  }
  for (const index of [0, 1, 2, 3]) await wired(index, 'PUT')
  await admin.patchEndpoint(idOf(3), { enabled: false })

  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  const card = (index: number) => canvas.card('endpoint', `backend-${index + 1}`)
  const mark = (index: number, state: string) =>
    card(index).getByRole('img', { name: state, exact: true }).first()
  const states = ['healthy', 'cooling', 'probing', 'disabled', 'not wired']
  for (const [index, state] of states.entries()) await mark(index, state).waitFor()
  const shapes = await Promise.all(states.map((state, index) => shapeOf(mark(index, state))))
  expect(new Set(shapes).size, shapes.join('\n')).toBe(states.length)

  await card(0)
    .getByText(/^share /)
    .waitFor()
  await card(2)
    .getByText(/^probing/)
    .waitFor()
  await card(3).getByText('disabled', { exact: true }).waitFor()
  await card(4).getByText('not wired', { exact: true }).waitFor()
  const countdown = async (): Promise<number> =>
    Number(
      /^cooling (\d+) s · /.exec(
        await card(1)
          .getByText(/^cooling/)
          .innerText(),
      )?.[1],
    )
  const before = await countdown()
  expect(before).toBeGreaterThan(60)
  await eventually(async () => expect(await countdown()).toBeLessThan(before))
})

it('shows what a backend tells of its load, that of other clients too, on its card and in its panel', async () => {
  const app = await startApp({
    environment: { LB_LOAD_INTERVAL_SECONDS: '0.5' },
    backends: [{ capacity: 1, ttftMs: 3_600_000 }, { kind: 'ollama' }],
  })
  // The balancer has no part in these.
  for (let client = 0; client < 3; client += 1)
    void fetch(`${app.backend.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(chatOf()),
    }).catch(() => undefined)

  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  await canvas.card('endpoint', 'backend-1').getByText('1 running · 2 waiting · cache 0\u202f%').waitFor()
  expect(
    await canvas
      .card('endpoint', 'backend-2')
      .getByText(/running/)
      .count(),
  ).toBe(0)
  const panel = await reveal(page, 'backend-1')
  const figure = (caption: string) =>
    panel.getByText(caption, { exact: true }).locator('xpath=..').innerText()
  expect(await figure('backend runs')).toMatch(/1$/)
  expect(await figure('backend queue')).toMatch(/2$/)
  const other = await reveal(page, 'backend-2')
  expect(await other.getByText('backend runs', { exact: true }).count()).toBe(0)
})

it('shows of placement the hit rate, the queue and the speed on cards and in panels, and on wires the hit rate', async () => {
  const app = await startApp({ backends: [{ cacheBlocks: 1_000, ttftMs: 100 }, { ttftMs: 3_600_000 }] })
  const [cached, hung] = app.endpoints
  const prompt = 'The balancer keeps what was said before. '.repeat(100)
  const ask = () =>
    app.post('/v1/chat/completions', chatOf({ stream: true, messages: [{ role: 'user', content: prompt }] }))
  await app.admin.patchEndpoint(hung?.id ?? 0, { enabled: false })
  for (let n = 0; n < 4; n += 1) await ask()
  await app.admin.patchEndpoint(hung?.id ?? 0, { enabled: true })
  await app.admin.patchEndpoint(cached?.id ?? 0, { enabled: false })
  void ask().catch(() => undefined)

  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  const hits = /hit 7[0-9]\u202f%$/
  const [first, second] = [canvas.card('endpoint', 'backend-1'), canvas.card('endpoint', 'backend-2')]
  await first.getByText(hits).waitFor()
  await first.getByText(/^reads [\d.]+K?$/).waitFor()
  expect(await first.getByText(/^queue/).count()).toBe(0)
  await second.getByText('queue 1', { exact: true }).waitFor()
  // Nothing is known of these.
  expect(await second.getByText(/^(hit|reads)/).count()).toBe(0)

  const panel = await reveal(page, 'backend-1')
  const figure = (caption: string) =>
    panel.getByText(caption, { exact: true }).locator('xpath=..').innerText()
  expect(await figure('hit rate')).toMatch(/7[0-9](\.\d)?\u202f%$/)
  expect(await figure('expected wait')).toMatch(/0\u202fms$/)
  expect(await figure('reads tok/s')).toMatch(/[\d,]+$/)
  const on = await canvas.pointOn('Incoming 1', 'backend-1')
  await page.mouse.move(on.x, on.y)
  await canvas.toolbar('Incoming 1', 'backend-1').getByText(hits).waitFor()
})

/** The filled part of the bounding box of the first mark in the colour of failures: square 100 %, circle 79 %, diamond 50 %. */
const filledByFault = (page: Page): Promise<number | undefined> =>
  createCanvasPage(page)
    .region.locator('canvas')
    .evaluate((surface: HTMLCanvasElement) => {
      const { width, height } = surface
      const { data } = surface.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] }
      const [red = 0, green = 0, blue = 0] = (getComputedStyle(surface).caretColor.match(/\d+/g) ?? []).map(
        Number,
      )
      const isFault = (at: number): boolean =>
        (data[4 * at + 3] ?? 0) > 200 &&
        Math.abs((data[4 * at] ?? 0) - red) +
          Math.abs((data[4 * at + 1] ?? 0) - green) +
          Math.abs((data[4 * at + 2] ?? 0) - blue) <
          90
      const first = Array.from({ length: width * height }, (_, at) => at).find(isFault)
      if (first === undefined) return undefined
      const mark = new Set([first])
      for (const at of mark) {
        for (const next of [at - 1, at + 1, at - width, at + width]) if (isFault(next)) mark.add(next)
      }
      const xs = [...mark].map((at) => at % width)
      const ys = [...mark].map((at) => Math.floor(at / width))
      const box = (Math.max(...xs) - Math.min(...xs) + 1) * (Math.max(...ys) - Math.min(...ys) + 1)
      return mark.size / box
    })

it('shows failures on a wire by another shape than successes, and their rate', async () => {
  const app = await startApp({
    environment: { LB_FAIL_THRESHOLD: '1000', LB_FAILOVER_ATTEMPTS: '0' },
    backends: [{ fault: { kind: 'status', status: 500, probability: 0.5 } }],
  })
  const { token } = await app.admin.token('app')
  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  await canvas.card('endpoint', 'backend-1').waitFor()
  sendSteadily(app, [token], 20)
  const on = await canvas.pointOn('Incoming 1', 'backend-1')
  await page.mouse.move(on.x, on.y)
  await canvas
    .toolbar('Incoming 1', 'backend-1')
    .getByTitle('failed requests')
    .getByText(/◆ [\d.]+\/s/)
    .waitFor()
  await eventually(async () => {
    const filled = await filledByFault(page)
    expect(filled).toBeGreaterThan(0.35)
    expect(filled).toBeLessThan(0.68)
  })
})
