import type { ClientRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { parseExposition } from '../../observability/exposition.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { testWorkers } from '../../support/apps/worker-server.ts'
import { open, responseOf } from '../../support/clients/http-client.ts'

const CHAT = '/v1/chat/completions'
const LIMIT_MS = 200

/** The first endpoint accepts requests and sends nothing, and is preferred to the second. */
const startHung = (environment: Readonly<Record<string, string>> = {}) =>
  startApp({
    environment,
    backends: [{ fault: { kind: 'hang' } }, {}],
    endpoints: [
      { token_quota_percent: 100, first_byte_timeout_seconds: LIMIT_MS / 1000 },
      { token_quota_percent: 0, first_byte_timeout_seconds: LIMIT_MS / 1000 },
    ],
  })

const ask = (app: RunningApp, fields: object = {}): ClientRequest =>
  open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf(fields)) })

async function liveOf({ admin }: RunningApp, index = 0): Promise<LiveView['endpoints'][number]> {
  const live = await admin.call<LiveView>('GET', '/live')
  const endpoint = live.endpoints[index]
  if (endpoint === undefined) throw new Error('no such endpoint')
  return endpoint
}

const untilProbed = (app: RunningApp) =>
  eventually(async () => expect((await liveOf(app)).breaker_state).toBe('half_open'))

/**
 * Sends requests until the hung endpoint has one as its probe. One process sends the first; of several workers one has the only
 * slot, and requests at the others go elsewhere until they have got it.
 */
async function startProbe(app: RunningApp): Promise<ClientRequest> {
  let isElsewhere = false
  const send = (): ClientRequest => {
    isElsewhere = false
    const client = ask(app, { stream: true })
    client.once('response', (response) => {
      isElsewhere = true
      response.resume()
    })
    return client
  }
  let probe = send()
  await eventually(async () => {
    if (isElsewhere && testWorkers > 1) probe = send()
    expect((await liveOf(app)).inflight).toBe(1)
  })
  return probe
}

/** Sends one request to the hung endpoint, whose client leaves more than the limit after it has arrived there. */
async function giveUp(app: RunningApp): Promise<void> {
  const before = app.arrived()
  const client = ask(app, { stream: true })
  await eventually(() => expect(app.arrived()).toBeGreaterThan(before))
  const waitMs = async (): Promise<number> => (await liveOf(app)).oldest_wait_ms ?? 0
  const arrivedMs = await waitMs()
  await eventually(async () => expect(await waitMs()).toBeGreaterThan(arrivedMs + LIMIT_MS + 10))
  client.destroy()
  await app.settled()
}

async function giveUpsInMetrics(app: RunningApp): Promise<Record<string, number>> {
  const samples = parseExposition((await app.send('/metrics')).text).get(
    'lb_endpoint_give_ups_total',
  )?.samples
  return Object.fromEntries((samples ?? []).map(({ labels, value }) => [labels['endpoint'] ?? '', value]))
}

describe('an endpoint that accepts requests and sends nothing', () => {
  it('is probed after three clients have given up in a row, and serves again after its first byte', async () => {
    const app = await startHung({ LB_HEDGE: 'off' })
    await giveUp(app)
    await giveUp(app)
    expect(await liveOf(app)).toMatchObject({ breaker_state: 'closed', give_ups: 2, oldest_wait_ms: null })
    await giveUp(app)
    expect(await liveOf(app)).toMatchObject({
      breaker_state: 'half_open',
      healthy: true,
      give_ups: 3,
      total_failures: 0,
      consecutive_failures: 0,
      success_percent: 0,
      last_error: 'sends no first byte',
    })
    expect(await giveUpsInMetrics(app)).toEqual({ 'backend-1': 3, 'backend-2': 0 })
    for (const line of await app.requestLines()) {
      expect(line).toMatchObject({ status: 499, endpoint: 'backend-1' })
      expect(line['wait_ms']).toBeGreaterThan(LIMIT_MS)
    }

    // One request is its probe, all others go to the healthy endpoint.
    const probe = await startProbe(app)
    for (let sent = 0; sent < 5; sent += 1)
      expect((await app.post(CHAT, chatOf())).headers['x-lb-endpoint']).toBe('backend-2')
    probe.destroy()
    await app.settled()

    await app.backend.setFault(null)
    await eventually(async () => {
      expect((await app.post(CHAT, chatOf())).headers['x-lb-endpoint']).toBe('backend-1')
    })
    expect(await liveOf(app)).toMatchObject({ breaker_state: 'closed', total_failures: 0 })
  })

  it('loses the requests that wait at it to another endpoint, each once', async () => {
    const app = await startHung()
    const moved = await Promise.all([1, 2, 3].map(() => app.post(CHAT, chatOf())))
    for (const { status, headers } of moved)
      expect([status, headers['x-lb-endpoint'], headers['x-lb-attempts']]).toEqual([200, 'backend-2', '2'])
    expect(await liveOf(app)).toMatchObject({
      breaker_state: 'half_open',
      inflight: 0,
      total_requests: 3,
      total_failures: 0,
      give_ups: 0,
    })
    expect(await liveOf(app, 1)).toMatchObject({ breaker_state: 'closed', total_success: 3 })
    expect((await app.admin.state()).stats).toMatchObject({ total_requests_served: 3, total_errors: 0 })
  })

  it('loses a request once only, although the next one hangs too and a third would serve it', async () => {
    const hangs = { fault: { kind: 'hang' } } as const
    const limits = { first_byte_timeout_seconds: LIMIT_MS / 1000 }
    const app = await startApp({
      environment: { LB_FAIL_THRESHOLD: '1' },
      backends: [hangs, hangs, {}],
      endpoints: [1, 2, 3].map((priority_order) => ({ priority_order, ...limits })),
    })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    const client = ask(app, { stream: true })
    await eventually(async () => expect((await liveOf(app, 1)).breaker_state).toBe('half_open'))
    await eventually(async () => expect((await liveOf(app, 1)).oldest_wait_ms).toBeGreaterThan(5 * LIMIT_MS))
    expect([await liveOf(app), await liveOf(app, 1), await liveOf(app, 2)]).toMatchObject([
      { inflight: 0, total_requests: 1 },
      { inflight: 1, total_requests: 0 },
      { inflight: 0, total_requests: 0 },
    ])
    client.destroy()
    await app.settled()
  })

  it('loses no more than ten of few requests to another endpoint', async () => {
    const app = await startHung()
    const clients = Array.from({ length: 12 }, () => ask(app))
    await eventually(async () => expect((await liveOf(app, 1)).total_success).toBe(10))
    await eventually(async () => expect((await liveOf(app)).oldest_wait_ms).toBeGreaterThan(10 * LIMIT_MS))
    expect(await liveOf(app)).toMatchObject({ inflight: 2 })
    expect(await liveOf(app, 1)).toMatchObject({ total_success: 10, inflight: 0 })
    for (const client of clients) client.destroy()
    await app.settled()
  })

  it('keeps requests that may not be repeated', async () => {
    const app = await startHung()
    const client = open(`${app.url}/v1/responses`, {
      method: 'POST',
      body: JSON.stringify({ model: 'sim-model', input: 'x', stream: true, store: true }),
    })
    const moved = [1, 2].map(() => app.post(CHAT, chatOf({ stream: true })))
    for (const { headers } of await Promise.all(moved)) expect(headers['x-lb-endpoint']).toBe('backend-2')
    await eventually(async () => expect((await liveOf(app)).oldest_wait_ms).toBeGreaterThan(5 * LIMIT_MS))
    expect(await liveOf(app)).toMatchObject({ breaker_state: 'half_open', inflight: 1 })
    client.destroy()
    await app.settled()
  })

  it('keeps the requests that wait at it with LB_HEDGE=off', async () => {
    const app = await startHung({ LB_HEDGE: 'off' })
    const waiting = [1, 2, 3].map(() => ask(app, { stream: true }))
    await untilProbed(app)
    await eventually(async () => expect((await liveOf(app)).oldest_wait_ms).toBeGreaterThan(5 * LIMIT_MS))
    expect(await liveOf(app)).toMatchObject({ inflight: 3, total_requests: 0 })
    for (const client of waiting) client.destroy()
    await app.settled()
  })

  it('is noticed where it sends headers and no byte of a body', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'hang', afterChunks: 0 } }, {}],
      endpoints: [
        { token_quota_percent: 100, first_byte_timeout_seconds: LIMIT_MS / 1000 },
        { token_quota_percent: 0 },
      ],
    })
    const moved = await Promise.all([1, 2, 3].map(() => app.post(CHAT, chatOf({ stream: true }))))
    for (const { headers } of moved) expect(headers['x-lb-endpoint']).toBe('backend-2')
    expect(await liveOf(app)).toMatchObject({ breaker_state: 'half_open', total_failures: 0 })
  })
})

describe('an endpoint that is slow', () => {
  it('is not taken for hung while it sends bytes for any request', async () => {
    const app = await startApp({
      backends: [{ capacity: 1, minTokens: 10_000, maxTokens: 10_000, tokensPerSecond: 100 }],
      endpoints: { first_byte_timeout_seconds: LIMIT_MS / 1000 },
    })
    const served = ask(app, { stream: true })
    await responseOf(served)
    const waiting = [1, 2, 3, 4, 5].map(() => ask(app, { stream: true }))
    await eventually(async () => expect((await liveOf(app)).oldest_wait_ms).toBeGreaterThan(5 * LIMIT_MS))
    expect(await liveOf(app)).toMatchObject({ breaker_state: 'closed', inflight: 6 })
    for (const client of [served, ...waiting]) client.destroy()
    await app.settled()
  })
})
