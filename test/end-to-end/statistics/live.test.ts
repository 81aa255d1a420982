// Compares the live figures with the Prometheus metrics, and checks both over HTTP after real requests.
import { describe, expect, it } from 'vitest'
import { liveView } from '../../../src/admin/live/live-view.ts'
import { createAppMetrics } from '../../../src/app/parts/build-metrics.ts'
import { historyView, liveView as liveSchema, type LiveView } from '../../../src/contract/traffic/live.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { createRequestRecord } from '../../../src/proxy/forward/request-record.ts'
import { parseExposition } from '../../observability/exposition.ts'
import { requestFor, policy, random } from '../../support/gateway/closed-loop.ts'
import { openEvents } from '../../support/clients/event-reader.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'
import { startHeldBackend } from '../../support/upstreams/held-backend.ts'
import { ADMIN_TOKEN, chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'

/** Three endpoints behind two blocks with a client token each, 300 requests a second, on virtual time. */
function startTraffic(seed: number) {
  const draw = random(seed)
  const clock = manualClock()
  const configured = configuration(
    [1, 2, 3].map((id) => endpointConfig(id, { quotaPercent: 20 * id })),
    {
      blocks: [blockConfig(1), blockConfig(2)],
      tokens: [tokenConfig(1), tokenConfig(2, { blockId: 2 })],
    },
  )
  const state = gatewayState(configured, clock.now, 100_000)
  const placer = createPlacer({ clock: clock.now, endpoints: () => 3 })
  const router = createRouter({
    state,
    placer,
    clock: clock.now,
    policy: { ...policy, failThreshold: Infinity },
  })
  const metrics = createAppMetrics(state, clock.now, placer, false)
  const reporters = { state, clock: clock.now, metrics, logRequest: () => undefined }
  const due: { atMs: number; end: () => void }[] = []

  const begin = (): void => {
    const token = configured.tokens[draw() < 0.3 ? 0 : 1]
    if (token === undefined) throw new Error('no token')
    const exchange = createRequestRecord(reporters, { requestId: 'r', method: 'POST', route: CHAT })
    exchange.identity = { token, blockId: token.blockId }
    if (draw() < 0.05) return exchange.finish({ status: 503, outcome: 'refused' })
    const selection = router.acquire(requestFor({ token, blockId: token.blockId }))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    const { lease } = selection
    const failed = draw() < 0.1
    const completionTokens = failed ? undefined : Math.ceil(200 * draw())
    const latencyMs = 100 + 8_000 * draw()
    const end = (): void => {
      lease.settle({
        outcome: failed ? 'failure' : 'success',
        promptTokens: 1,
        completionTokens,
        deltas: 0,
        latencyMs,
        firstTokenMs: failed ? undefined : 50,
      })
      exchange.finish({
        status: failed ? 502 : 200,
        outcome: failed ? 'failure' : 'success',
        endpoint: lease.endpoint.config.name,
      })
    }
    due.push({ atMs: clock.now() + latencyMs, end })
  }

  return {
    run(ms: number): void {
      for (const endMs = clock.now() + ms; clock.now() < endMs;) {
        clock.advance(10)
        while (draw() < 0.75) begin()
        const over = due.filter(({ atMs }) => atMs <= clock.now())
        for (const one of over) {
          due.splice(due.indexOf(one), 1)
          one.end()
        }
      }
    },
    live: (): LiveView =>
      liveView({
        state,
        placer,
        clock: clock.now,
        admission: { waiting: () => new Map() },
        modelCatalog: { revision: () => 0 },
      }),
    /** Sum of a metric's samples whose labels hold `labels`. */
    async reader() {
      const families = parseExposition(await metrics.render())
      return (name: string, labels: Readonly<Record<string, string>> = {}): number =>
        [...families.values()]
          .flatMap(({ samples }) => samples.filter((sample) => sample.name === name))
          .filter(({ labels: own }) => Object.entries(labels).every(([key, value]) => own[key] === value))
          .reduce((sum, { value }) => sum + value, 0)
    },
  }
}

describe('live figures', () => {
  it.each([1, 2, 3])(
    'agree with what /metrics counts over ten seconds, within a twentieth (seed %i)',
    async (seed) => {
      const traffic = startTraffic(seed)
      traffic.run(13_370)
      let checks = 0
      for (let round = 0; round < 5; round += 1) {
        const before = await traffic.reader()
        traffic.run(10_000 + 130 * round)
        const after = await traffic.reader()
        const spanS = 10 + 0.13 * round
        const { stats, endpoints, incoming_blocks, wires } = traffic.live()
        const agree = (shown: number, name: string, labels?: Readonly<Record<string, string>>): void => {
          const counted = (after(name, labels) - before(name, labels)) / spanS
          expect(counted).toBeGreaterThan(0)
          expect(Math.abs(shown / counted - 1), `${name} ${JSON.stringify(labels)}`).toBeLessThan(0.05)
          checks += 1
        }
        agree(stats.requests_per_second, 'lb_requests_total')
        expect(stats.tokens_per_second).toBe(after('lb_tokens_per_second'))
        expect(stats.total_inflight).toBe(after('lb_inflight_requests'))
        for (const { id, ...shown } of endpoints) {
          const endpoint = `endpoint-${id}`
          agree(shown.requests_per_second, 'lb_endpoint_requests_total', { endpoint })
          agree(shown.tokens_per_second, 'lb_endpoint_tokens_total', { endpoint, type: 'completion' })
          expect(shown.inflight).toBe(after('lb_endpoint_inflight_requests', { endpoint }))
          const ofWires = wires.filter(({ endpoint_id }) => endpoint_id === id)
          expect(ofWires.reduce((sum, { requests_per_second }) => sum + requests_per_second, 0)).toBeCloseTo(
            shown.requests_per_second,
            1,
          )
        }
        for (const { id, requests_per_second } of incoming_blocks) {
          agree(requests_per_second, 'lb_request_duration_seconds_count', { incoming_block: String(id) })
        }
      }
      expect(checks).toBe(5 * 9)
    },
  )
})

const liveOf = async (app: RunningApp): Promise<LiveView> =>
  liveSchema.strict().parse(await app.admin.call('GET', '/live'))

describe('a request', () => {
  it('shows at its wire, endpoint, block and client token, with what it took', async () => {
    const app = await startApp({ backends: [{ minTokens: 20, maxTokens: 20 }] })
    const { id, token } = await app.admin.token('seen')
    const headers = { authorization: `Bearer ${token}` }
    for (let n = 0; n < 5; n += 1) await app.post(CHAT, chatOf({ stream: true }), headers)
    const { stats, endpoints, incoming_blocks, client_tokens, wires } = await liveOf(app)
    const places = [stats, endpoints[0], incoming_blocks[0], client_tokens[0], wires[0]]
    for (const place of places) {
      expect(place?.requests_per_second).toBeGreaterThan(0)
      expect((place?.tokens_per_second ?? 0) / (place?.requests_per_second ?? 0)).toBeCloseTo(20, 0)
    }
    expect(stats.first_token_ms).toBeGreaterThan(0)
    expect(endpoints[0]).toMatchObject({
      success_percent: 100,
      share_percent: 100,
      first_token_ms: stats.first_token_ms,
      errors_per_second: 0,
      completion_tokens_total: 100,
    })
    expect(client_tokens[0]).toMatchObject({ id, total_requests: 5, completion_tokens_total: 100 })
  })

  it('that fails over is an error of the one endpoint, and one successful request of its block', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'status', status: 500 } }, {}],
      endpoints: [{ priority_order: 1 }, { priority_order: 2 }],
    })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    await app.post(CHAT, chatOf())
    const { stats, endpoints, incoming_blocks, wires } = await liveOf(app)
    const [failing, serving] = wires
    expect(failing?.errors_per_second).toBeGreaterThan(0)
    expect(failing?.errors_per_second).toBe(failing?.requests_per_second)
    expect(serving).toMatchObject({ errors_per_second: 0 })
    expect(endpoints).toMatchObject([{ success_percent: 0 }, { success_percent: 100 }])
    expect(stats.errors_per_second).toBe(0)
    expect(incoming_blocks[0]).toMatchObject({
      errors_per_second: 0,
      requests_per_second: serving?.requests_per_second,
    })
  })

  it('of a session finds its prompt cached, and moves once when its endpoint goes', async () => {
    const app = await startApp({ backends: [1, 2, 3].map(() => ({ cacheBlocks: 1_000 })) })
    const [block] = (await app.admin.state()).incoming_blocks
    await app.admin.call('PATCH', `/incoming-blocks/${block?.id}`, {
      routing_mode: 'balanced',
      session_affinity: 'user',
    })
    const prompt = 'The balancer keeps what was said before. '.repeat(100)
    const ask = () =>
      app.post(CHAT, chatOf({ user: 'one', stream: true, messages: [{ role: 'user', content: prompt }] }))
    for (let n = 0; n < 3; n += 1) await ask()
    const { stats, endpoints, wires } = await liveOf(app)
    const home = endpoints.find(({ total_requests }) => total_requests === 3)
    expect(home).toMatchObject({ prefilling: 0, expected_wait_ms: 0 })
    expect(home?.prefill_tokens_per_second).toBeGreaterThan(0)
    expect(home?.cached_percent).toBeGreaterThan(50)
    expect(stats).toMatchObject({ cached_percent: home?.cached_percent, session_moves: 0 })
    for (const { endpoint_id: id, cached_percent } of wires)
      expect(cached_percent).toBe(id === home?.id ? home?.cached_percent : null)

    await app.admin.patchEndpoint(home?.id ?? 0, { enabled: false })
    for (let n = 0; n < 2; n += 1) await ask()
    expect((await liveOf(app)).stats.session_moves).toBe(1)
    expect((await app.send('/metrics')).text).toContain('lb_session_moves_total 1\n')
  })

  it('that finds no endpoint is an error of its block only', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, { connected: false })
    expect((await app.post(CHAT, chatOf())).status).toBe(503)
    const { stats, endpoints, incoming_blocks, wires } = await liveOf(app)
    expect(stats.errors_per_second).toBeGreaterThan(0)
    expect(incoming_blocks[0]?.errors_per_second).toBe(stats.errors_per_second)
    expect(endpoints[0]).toMatchObject({ requests_per_second: 0, success_percent: null })
    expect(wires).toEqual([])
  })

  it('is in flight, or waits, at its block until it ends', async () => {
    const [app, held] = [await startApp(), await startHeldBackend()]
    await app.admin.patchEndpoint(app.endpoint.id, { connected: false })
    await app.admin.endpoint('held', held.baseUrl, { max_concurrent: 1 })
    const requests = [app.post(CHAT, chatOf()), app.post(CHAT, chatOf())]
    await eventually(async () => {
      const { incoming_blocks, wires, stats } = await liveOf(app)
      expect(incoming_blocks).toMatchObject([{ inflight: 1, queued: 1 }])
      expect(wires).toMatchObject([{ inflight: 1 }])
      expect(stats).toMatchObject({ total_inflight: 1, queued: 1 })
    })
    held.release()
    await held.holds(1)
    await eventually(async () =>
      expect((await liveOf(app)).incoming_blocks).toMatchObject([{ inflight: 1, queued: 0 }]),
    )
    held.release()
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200])
    const { incoming_blocks, wires } = await liveOf(app)
    expect(incoming_blocks).toMatchObject([{ inflight: 0, queued: 0 }])
    expect(wires).toMatchObject([{ inflight: 0 }])
  })
})

describe('a watching operator', () => {
  it('receives traffic and the changes of another operator', async () => {
    const app = await startApp()
    const reader = await openEvents(`${app.url}/admin/api/events`, { 'x-admin-token': ADMIN_TOKEN })
    expect((await reader.next('state')).endpoints.map(({ name }) => name)).toEqual(['backend-1'])
    await app.post(CHAT, chatOf())
    while ((await reader.next('live')).stats.total_requests_served === 0);
    await app.admin.patchEndpoint(app.endpoint.id, { name: 'renamed' })
    expect((await reader.next('state')).endpoints.map(({ name }) => name)).toEqual(['renamed'])
  })

  it('finds what has been in the history once its step is over', async () => {
    const app = await startApp({ backends: [{ minTokens: 20, maxTokens: 20 }] })
    await app.post(CHAT, chatOf())
    await eventually(async () => {
      const { totals, endpoints } = historyView.strict().parse(await app.admin.call('GET', '/history'))
      expect(totals.tokens_per_second.reduce((sum, rate) => sum + 2 * rate, 0)).toBe(20)
      expect(endpoints).toEqual([{ id: app.endpoint.id, ...totals }])
    })
  })
})
