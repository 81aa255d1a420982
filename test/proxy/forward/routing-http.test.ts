import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { open, readResponse, responseOf, type HttpResponse } from '../../support/clients/http-client.ts'
import {
  chatOf,
  eventually,
  startApp,
  type RunningApp,
  startListingApp,
  VERSION,
} from '../../support/apps/running-app.ts'
import { testWorkers } from '../../support/apps/worker-server.ts'

const CHAT = '/v1/chat/completions'

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

function expectRefusal(answer: HttpResponse, status: number, code: string, detail: string): void {
  expect(answer.status).toBe(status)
  expect(answer.json()).toMatchObject({ status, code, detail, error: { message: detail, code } })
  expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
  if (status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(answer.headers).not.toHaveProperty('x-lb-endpoint')
}

const endpointsAsked = async (app: RunningApp, requests: number, headers: object = {}): Promise<string[]> => {
  const names = new Set<string>()
  for (let request = 0; request < requests; request += 1) {
    const answer = await app.post(CHAT, chatOf(), { ...headers })
    expect(answer.status).toBe(200)
    names.add(String(answer.headers['x-lb-endpoint']))
  }
  return [...names].sort()
}

describe('an endpoint that keeps failing', () => {
  it('enters cooldown after the threshold of failures in a row, and clients get the remaining time', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'status', status: 503 } }],
      environment: { LB_FAIL_THRESHOLD: '3', LB_COOLDOWN_SECONDS: '40' },
    })
    for (let failure = 0; failure < 3; failure += 1) expect((await app.post(CHAT, chatOf())).status).toBe(503)
    const refused = await app.post(CHAT, chatOf({ stream: true }))
    expectRefusal(refused, 503, 'LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown')
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(40)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(20)
    expect(app.arrived()).toBe(3)
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ consecutive_failures: 3 })
    expect(endpoints[0]?.cooldown_remaining_s).toBeGreaterThan(20)
    const models = await app.send('/v1/models')
    expectRefusal(models, 503, 'LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown')
    await app.backend.setFault(null)
    await app.admin.call('POST', '/reset-stats')
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })

  it('gets requests again after the cooldown, and one success resets its failures', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'reset', count: 3 } }],
      environment: { LB_FAIL_THRESHOLD: '2', LB_COOLDOWN_SECONDS: '0.3' },
    })
    for (let failure = 0; failure < 2; failure += 1) expect((await app.post(CHAT, chatOf())).status).toBe(502)
    expect((await app.post(CHAT, chatOf())).status).toBe(503)
    await eventually(async () => expect((await app.post(CHAT, chatOf())).status).toBe(200))
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      consecutive_failures: 0,
      cooldown_remaining_s: 0,
      total_failures: 3,
      total_success: 1,
    })
  })

  it('gets no traffic while others are available', async () => {
    const app = await startApp({
      backends: [{}, {}],
      endpoints: { token_quota_percent: 50 },
      environment: { LB_FAIL_THRESHOLD: '1', LB_COOLDOWN_SECONDS: '60', LB_FAILOVER_ATTEMPTS: '0' },
    })
    await app.backend.setFault({ kind: 'refuse' })
    await eventually(async () => expect((await app.post(CHAT, chatOf())).status).toBe(502))
    expect(await endpointsAsked(app, 10)).toEqual(['backend-2'])
  })
})

describe('a request that no endpoint can take', () => {
  it('because none is connected is refused', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, { connected: false })
    const detail = 'no connected endpoints available'
    expectRefusal(await app.post(CHAT, chatOf()), 503, 'LB_ERR_NO_ENDPOINT', detail)
    expectRefusal(await app.send('/v1/models'), 503, 'LB_ERR_NO_ENDPOINT', detail)
    await app.admin.patchEndpoint(app.endpoint.id, { connected: true, enabled: false })
    expectRefusal(await app.post(CHAT, chatOf()), 503, 'LB_ERR_NO_ENDPOINT', detail)
    expect(app.arrived()).toBe(0)
    expect((await app.admin.state()).stats).toMatchObject({ total_errors: 2, total_requests_served: 2 })
  })

  it('because all are full is refused with a short Retry-After', async () => {
    const app = await startApp({
      backends: [{ minTokens: 200, maxTokens: 200, tokensPerSecond: 10 }],
      endpoints: { max_concurrent: 2 },
      environment: { LB_QUEUE_MAX: '0' },
    })
    const clients = [1, 2].map(() =>
      open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf({ stream: true })) }),
    )
    await Promise.all(clients.map(async (client) => once(await responseOf(client), 'data')))
    const refused = await app.post(CHAT, chatOf())
    expect(refused.status).toBe(503)
    expect(refused.json()).toMatchObject({ error: { type: 'server_error' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(app.arrived()).toBe(2)
    for (const client of clients) client.destroy()
    await app.settled()
    app.backend.configure({ tokensPerSecond: 0 })
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })

  it('because no endpoint lists its models is refused with its own error', async () => {
    const app = await startListingApp({
      backends: [{ fault: { kind: 'malformed' } }, { fault: { kind: 'status', status: 500 } }],
    })
    const answer = await app.send('/v1/models')
    expectRefusal(answer, 502, 'LB_ERR_NO_MODELS', 'no endpoint returned models')
    const state = await app.admin.state()
    for (const endpoint of state.endpoints)
      expect(endpoint).toMatchObject({ total_requests: 0, total_failures: 0 })
    await app.backend.setFault(null)
    await eventually(async () =>
      expect((await app.send('/v1/models')).json()).toMatchObject({
        object: 'list',
        data: [{ id: 'sim-model' }],
      }),
    )
  })
})

describe('wires', () => {
  it("carry a block's requests to their endpoints only, also after changes", async () => {
    const app = await startListingApp({
      backends: [{ models: ['a'] }, { models: ['b'] }, { models: ['c'] }],
    })
    const [one, two, three] = app.endpoints.map(({ id }) => id)
    const block = await app.admin.block('second')
    const first = (await app.admin.state()).incoming_blocks[0]
    const inFirst = bearer((await app.admin.token('in the first')).token)
    const inSecond = bearer((await app.admin.token('in the second', { incoming_block_id: block.id })).token)
    const ask = (fields: object, headers: object) =>
      app.post(CHAT, { messages: [{ role: 'user', content: 'x' }], ...fields }, { ...headers })
    const names = async (headers: object): Promise<string[]> => {
      const seen = new Set<string>()
      for (let request = 0; request < 9; request += 1)
        seen.add(String((await ask({}, headers)).headers['x-lb-endpoint']))
      return [...seen].sort()
    }
    expect(await names(inSecond)).toEqual(['backend-1', 'backend-2', 'backend-3'])
    await app.admin.call('DELETE', `/wires/${block.id}/${one}`)
    await app.admin.call('DELETE', `/wires/${block.id}/${three}`)
    await app.admin.call('DELETE', `/wires/${first?.id}/${two}`)
    expect(await names(inSecond)).toEqual(['backend-2'])
    expect(await names(inFirst)).toEqual(['backend-1', 'backend-3'])
    const models = async (headers: object) =>
      (
        (await app.send('/v1/models', { headers: { ...headers } })).json() as { data: { id: string }[] }
      ).data.map(({ id }) => id)
    expect(await models(inFirst)).toEqual(['a', 'c'])
    expect(await models(inSecond)).toEqual(['b'])
    await app.admin.call('PUT', `/wires/${block.id}/${three}`)
    expect(await names(inSecond)).toEqual(['backend-2', 'backend-3'])
  })

  it('apply to a preferred endpoint as well', async () => {
    const app = await startApp({
      backends: [{}, {}],
      environment: { LB_FAIL_THRESHOLD: '1', LB_FAILOVER_ATTEMPTS: '0' },
    })
    const [one, two] = app.endpoints
    const { token, incoming_block_id: blockId } = await app.admin.token('fond of two', {
      preferred_endpoint_id: two?.id,
    })
    expect(await endpointsAsked(app, 5, bearer(token))).toEqual(['backend-2'])
    await app.backends[1]?.setFault({ kind: 'status', status: 500 })
    expect((await app.post(CHAT, chatOf(), bearer(token))).status).toBe(500)
    expectRefusal(
      await app.post(CHAT, chatOf(), bearer(token)),
      503,
      'LB_ERR_PREFERRED_COOLING',
      'mapped endpoint currently in cooldown',
    )
    await app.admin.call('DELETE', `/wires/${blockId}/${two?.id}`)
    expectRefusal(
      await app.post(CHAT, chatOf(), bearer(token)),
      503,
      'LB_ERR_PREFERRED_NOT_CONNECTED',
      'mapped endpoint not connected',
    )
    expect(app.backends[0]?.served().total.requests).toBe(0)
    expect(one?.total_requests).toBe(0)
  })
})

describe('a token over its share of the traffic', () => {
  it('is served from the cache or refused', async () => {
    const app = await startApp({ backends: [{ minTokens: 5, maxTokens: 5 }] })
    const capped = await app.admin.token('capped', { min_traffic_percent: 60 })
    const free = await app.admin.token('free')
    const ask = (fields: object, token = capped.token) => app.post(CHAT, chatOf(fields), bearer(token))
    const first = await ask({ seed: 1 })
    expect([first.status, first.headers['x-lb-cache']]).toEqual([200, 'MISS'])
    const again = await ask({ seed: 1 })
    expect([again.status, again.headers['x-lb-cache'], again.text]).toEqual([200, 'HIT', first.text])
    expect(again.headers).toMatchObject({
      'content-type': first.headers['content-type'],
      'x-lb-version': VERSION,
      'x-content-type-options': 'nosniff',
    })
    expect(again.headers).not.toHaveProperty('x-lb-endpoint')
    expectRefusal(await ask({ seed: 2 }), 503, 'LB_ERR_OVER_QUOTA', 'cache miss for over-quota token traffic')
    const stream = await ask({ seed: 1, stream: true })
    expect(stream.status).toBe(409)
    expect(stream.json()).toMatchObject({ code: 'LB_ERR_OVER_QUOTA_STREAM' })
    expect(app.arrived()).toBe(1)

    // Other tokens' traffic lowers its share, and it is served again.
    expect((await ask({ seed: 3 }, free.token)).headers['x-lb-cache']).toBe('MISS')
    const served = await ask({ seed: 2 })
    expect([served.status, served.headers['x-lb-cache']]).toEqual([200, 'MISS'])
    expect(app.arrived()).toBe(3)

    const state = await app.admin.state()
    expect(state.endpoints[0]).toMatchObject({ total_requests: 3, completion_tokens_total: 15 })
    expect(state.stats).toMatchObject({ total_requests_served: 6, total_errors: 1 })
    expect((await app.send('/health')).json()).toMatchObject({ cache_size: 3 })
    await app.admin.call('POST', '/cache/clear')
    expect((await app.send('/health')).json()).toMatchObject({ cache_size: 0 })
    expect((await app.requestLines()).map(({ outcome }) => outcome)).toEqual([
      'success',
      'cached',
      'refused',
      'refused',
      'success',
      'success',
    ])
  })

  it('never gets a response of another block, nor one that failed', async () => {
    const app = await startApp()
    const block = await app.admin.block('second')
    const here = await app.admin.token('here', { min_traffic_percent: 1 })
    const there = await app.admin.token('there', { min_traffic_percent: 1, incoming_block_id: block.id })
    const ask = (token: string) => app.post(CHAT, chatOf({ seed: 1 }), bearer(token))
    await app.backend.setFault({ kind: 'status', status: 422, count: 1 })
    expect((await ask(here.token)).status).toBe(422)
    expect((await ask(there.token)).status).toBe(200)
    expect((await ask(there.token)).headers['x-lb-cache']).toBe('HIT')
    expect((await ask(here.token)).status).toBe(503)
  })
})

describe('priority mode', () => {
  // Workers divide the slots of an endpoint: one that has none sends its requests elsewhere until it gets some.
  it.skipIf(testWorkers > 1)('overflows to the next endpoint when the first is full', async () => {
    const app = await startApp({
      backends: [{ minTokens: 100, maxTokens: 100, tokensPerSecond: 10 }, {}],
      endpoints: [{ priority_order: 1, max_concurrent: 1 }, { priority_order: 2 }],
    })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf({ stream: true })) })
    const response = await responseOf(client)
    expect(response.headers['x-lb-endpoint']).toBe('backend-1')
    expect(await endpointsAsked(app, 3)).toEqual(['backend-2'])
    client.destroy()
    await app.settled()
    app.backend.configure({ tokensPerSecond: 0 })
    expect(await endpointsAsked(app, 3)).toEqual(['backend-1'])
  })
})

describe('a change of an endpoint in the middle of a stream', () => {
  it.each<[string, (app: RunningApp) => Promise<unknown>]>([
    ['deleting it', (app) => app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)],
    ['disabling it', (app) => app.admin.patchEndpoint(app.endpoint.id, { enabled: false })],
    ['moving it', (app) => app.admin.patchEndpoint(app.endpoint.id, { base_url: 'http://127.0.0.1:9/v1' })],
    [
      'a new timeout',
      (app) => app.admin.patchEndpoint(app.endpoint.id, { timeout_seconds: 7, max_concurrent: 1 }),
    ],
    ['resetting the statistics', (app) => app.admin.call('POST', '/reset-stats')],
  ])('does not affect the stream: %s', async (_name, change) => {
    const app = await startApp({ backends: [{ minTokens: 20, maxTokens: 20, tokensPerSecond: 50 }] })
    const response = await responseOf(
      open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf({ stream: true })) }),
    )
    await change(app)
    const answer = await readResponse(response)
    expect(answer.isComplete).toBe(true)
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true)
    const { stats } = await app.admin.state()
    expect(stats).toMatchObject({ total_inflight: 0, total_requests_served: 1, total_errors: 0 })
    expect(await app.requestLines()).toMatchObject([{ outcome: 'success', completion_tokens: 20 }])
    expect((await app.send('/metrics')).status).toBe(200)
  })
})
