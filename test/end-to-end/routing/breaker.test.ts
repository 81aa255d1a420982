// Checks which failures open an endpoint's breaker, which do not, and how it closes again.
import { describe, expect, it } from 'vitest'
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import { serveWell, jsonHead, wholeReply } from '../../conformance/responses.ts'
import type { Script } from '../../conformance/scripted-upstream.ts'
import { open } from '../../support/clients/http-client.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { refuseWith, silence, startScriptedApp } from '../../support/apps/scripted-app.ts'

const CHAT = '/v1/chat/completions'

const endpointsOf = async (app: RunningApp): Promise<EndpointView[]> => (await app.admin.state()).endpoints

async function firstEndpoint(app: RunningApp): Promise<EndpointView> {
  const [endpoint] = await endpointsOf(app)
  if (!endpoint) throw new Error('no endpoint')
  return endpoint
}

describe('an endpoint that asks to be left alone', () => {
  const date = (aheadMs: number): string => new Date(Date.now() + aheadMs).toUTCString()

  it.each<[string, number, () => string, [number, number]]>([
    ['429, seconds', 429, () => 'Retry-After: 120\r\n', [60, 120]],
    ['503, seconds', 503, () => 'Retry-After: 120\r\n', [60, 120]],
    ['503, a date', 503, () => `Retry-After: ${date(200_000)}\r\n`, [100, 201]],
    ['429, milliseconds', 429, () => 'retry-after-ms: 90000\r\nRetry-After: 1\r\n', [45, 90]],
    ['429, a whole day', 429, () => 'Retry-After: 86400\r\n', [200, 300]],
  ])('(%s) is, from the first time on', async (_name, status, headers, [least, most]) => {
    const { app, upstreams } = await startScriptedApp({ scripts: [refuseWith(status, headers()), serveWell] })
    for (let request = 0; request < 3; request += 1) expect((await app.post(CHAT, chatOf())).status).toBe(200)
    expect(upstreams[0]?.exchanges).toHaveLength(1)
    const endpoint = await firstEndpoint(app)
    expect(endpoint).toMatchObject({ breaker_state: 'open', last_error: `status ${status}` })
    expect(endpoint.cooldown_remaining_s).toBeGreaterThan(least)
    expect(endpoint.cooldown_remaining_s).toBeLessThanOrEqual(most)
  })

  it.each([
    ['500, seconds', 500, 'Retry-After: 120\r\n'],
    ['429, a date gone by', 429, 'Retry-After: Thu, 01 Jan 2015 00:00:00 GMT\r\n'],
    ['429, nonsense', 429, 'Retry-After: soon\r\n'],
    ['503, nothing', 503, ''],
  ])('(%s) but in no way that counts is asked again', async (_name, status, headers) => {
    const { app, upstreams } = await startScriptedApp({ scripts: [refuseWith(status, headers), serveWell] })
    for (let request = 0; request < 2; request += 1) await app.post(CHAT, chatOf())
    expect(upstreams[0]?.exchanges).toHaveLength(2)
    expect(await firstEndpoint(app)).toMatchObject({ breaker_state: 'closed', consecutive_failures: 2 })
  })
})

describe('a poison request', () => {
  const poisoned: Script = (exchange) =>
    exchange.request.body.includes('poison') ? refuseWith(500)(exchange) : serveWell(exchange)
  const poison = chatOf({ messages: [{ role: 'user', content: 'poison' }] })

  it('that fails alike wherever it goes leaves a failure with the first endpoint alone', async () => {
    const { app } = await startScriptedApp({ scripts: [poisoned, poisoned, poisoned] })
    const response = await app.post(CHAT, poison)
    expect([response.status, response.headers['x-lb-attempts']]).toEqual([500, '3'])
    const endpoints = await endpointsOf(app)
    expect(endpoints.map((endpoint) => endpoint.consecutive_failures)).toEqual([1, 0, 0])
    expect(endpoints.map((endpoint) => endpoint.total_failures)).toEqual([1, 1, 1])
  })

  it('that fails otherwise elsewhere tells of each of them', async () => {
    const { app } = await startScriptedApp({ scripts: [refuseWith(500), refuseWith(502), refuseWith(500)] })
    await app.post(CHAT, poison)
    const failures = (await endpointsOf(app)).map((endpoint) => endpoint.consecutive_failures)
    expect(failures.slice(0, 2)).toEqual([1, 1])
  })

  it('sent ten times among others does not cool the fleet', async () => {
    const { app } = await startScriptedApp({ scripts: [poisoned, poisoned, poisoned] })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'percentage' })
    for (let request = 0; request < 10; request += 1) {
      expect((await app.post(CHAT, poison)).status).toBe(500)
      expect((await app.post(CHAT, chatOf())).status).toBe(200)
    }
    const states = (await endpointsOf(app)).map((endpoint) => endpoint.breaker_state)
    expect(states).toContain('closed')
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })

  it.each<[string, Script, number]>([
    ['a 500', refuseWith(500), 500],
    ['a reset', (exchange) => exchange.reset(), 502],
    [
      'an answer that breaks off',
      async (exchange) => (await exchange.write(jsonHead(100)), exchange.reset()),
      502,
    ],
  ])(
    'that is sent again and again alone does not cool the fleet either (%s)',
    async (_name, fate, status) => {
      const fatal: Script = (exchange) =>
        exchange.request.body.includes('poison') ? fate(exchange) : serveWell(exchange)
      const { app } = await startScriptedApp({ scripts: [fatal, fatal, fatal] })
      await app.admin.call('PATCH', '/routing', { routing_mode: 'percentage' })
      for (let request = 0; request < 20; request += 1)
        expect((await app.post(CHAT, poison)).status).toBe(status)
      const endpoints = await endpointsOf(app)
      const row = endpoints.reduce((sum, endpoint) => sum + endpoint.consecutive_failures, 0)
      expect(row).toBeLessThanOrEqual(1)
      expect(endpoints.map((endpoint) => endpoint.breaker_state)).toEqual(['closed', 'closed', 'closed'])
      expect((await app.post(CHAT, chatOf())).status).toBe(200)
    },
  )

  it('counts again once it has been served: then its failures are the endpoints own', async () => {
    const { app, upstreams } = await startScriptedApp({
      scripts: [poisoned, poisoned, poisoned],
      environment: { LB_FAIL_THRESHOLD: '100' },
    })
    for (let request = 0; request < 3; request += 1) await app.post(CHAT, poison)
    upstreams[1]?.follow(serveWell)
    for (let request = 0; request < 5; request += 1) expect((await app.post(CHAT, poison)).status).toBe(200)
    const [first] = await endpointsOf(app)
    expect(first?.consecutive_failures).toBe(6)
  })
})

describe('a fleet that fails', () => {
  const different = (request: number) =>
    chatOf({ messages: [{ role: 'user', content: `number ${request}` }] })
  const breakersOf = async (app: RunningApp) => (await endpointsOf(app)).map((one) => one.breaker_state)

  it('cools down, since not all requests can be poison', async () => {
    const { app } = await startScriptedApp({ scripts: [refuseWith(500), refuseWith(500), refuseWith(500)] })
    for (let request = 0; request < 9; request += 1) await app.post(CHAT, different(request))
    expect(await breakersOf(app)).toEqual(['open', 'open', 'open'])
  })

  it.each<[string, Script[]]>([
    ['refuses its key', [refuseWith(401), refuseWith(401), refuseWith(401)]],
    ['is over its limits', [refuseWith(429), refuseWith(429), refuseWith(429)]],
  ])('and %s cools down of one request sent over and over', async (_name, scripts) => {
    const { app } = await startScriptedApp({ scripts })
    for (let request = 0; request < 9; request += 1) await app.post(CHAT, chatOf())
    expect(await breakersOf(app)).toEqual(['open', 'open', 'open'])
  })

  it('and cannot be reached cools down of one request sent over and over', async () => {
    const { app, upstreams } = await startScriptedApp({ scripts: [silence, silence] })
    await Promise.all(upstreams.map((upstream) => upstream.close()))
    for (let request = 0; request < 6; request += 1) await app.post(CHAT, chatOf())
    expect(await breakersOf(app)).toEqual(['open', 'open'])
  })

  it('but has one endpoint alone cools down of one request sent over and over', async () => {
    const { app } = await startScriptedApp({ scripts: [refuseWith(500)] })
    for (let request = 0; request < 3; request += 1) await app.post(CHAT, chatOf())
    expect(await breakersOf(app)).toEqual(['open'])
  })
})

describe('a fast-failing endpoint', () => {
  it('draws no more than its share of the requests', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'status', status: 500 } }, {}, {}],
      environment: { LB_FAIL_THRESHOLD: '1000' },
    })
    for (let request = 0; request < 60; request += 1) await app.post(CHAT, chatOf())
    const [bad = 0] = app.backends.map(({ served }) => served().total.requests)
    expect(bad).toBeGreaterThan(0)
    expect(bad).toBeLessThanOrEqual(30)
  })
})

describe('after its cooldown', () => {
  /** One endpoint, which has just come to the end of its first cooldown. */
  async function startHalfOpen() {
    const { app, upstream } = await startScriptedApp({
      scripts: [refuseWith(500)],
      environment: { LB_FAIL_THRESHOLD: '1', LB_COOLDOWN_SECONDS: '0.5' },
    })
    expect((await app.post(CHAT, chatOf())).status).toBe(500)
    const refused = await app.post(CHAT, chatOf())
    // On a machine slow enough it is over by now.
    if (upstream.exchanges.length === 1) {
      expect(refused.status).toBe(503)
      expect(refused.json()).toMatchObject({ code: 'LB_ERR_ALL_COOLING' })
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    }
    await eventually(async () => expect((await firstEndpoint(app)).breaker_state).toBe('half_open'))
    const before = upstream.exchanges.length
    return { app, upstream, before }
  }

  const ask = (app: RunningApp) => open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf()) })

  it('an endpoint is probed by exactly one request; success closes the breaker at its headers', async () => {
    const { app, upstream, before } = await startHalfOpen()
    upstream.follow(silence)
    const probe = app.post(CHAT, chatOf())
    const exchange = await upstream.exchange(before)
    const others = await Promise.all(Array.from({ length: 5 }, () => app.post(CHAT, chatOf())))
    for (const other of others) {
      expect(other.status).toBe(503)
      expect(other.json()).toMatchObject({ code: 'LB_ERR_ALL_COOLING' })
    }
    expect(upstream.exchanges).toHaveLength(before + 1)

    upstream.follow(serveWell)
    await exchange.write(jsonHead(Buffer.byteLength(wholeReply)))
    await eventually(async () => expect((await firstEndpoint(app)).breaker_state).toBe('closed'))
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
    await exchange.write(wholeReply)
    expect((await probe).text).toBe(wholeReply)
    expect(await firstEndpoint(app)).toMatchObject({ consecutive_failures: 0, cooldown_remaining_s: 0 })
  })

  it("a client's leaving frees the probe", async () => {
    const { app, upstream, before } = await startHalfOpen()
    upstream.follow(silence)
    const client = ask(app)
    const exchange = await upstream.exchange(before)
    client.destroy()
    await exchange.closed
    upstream.follow(serveWell)
    await app.settled()
    expect(await firstEndpoint(app)).toMatchObject({ breaker_state: 'half_open' })
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
    expect(await firstEndpoint(app)).toMatchObject({ breaker_state: 'closed' })
  })

  it('a failing probe opens it again', async () => {
    const { app, upstream, before } = await startHalfOpen()
    upstream.follow(refuseWith(500, 'Connection: close\r\n'))
    expect((await app.post(CHAT, chatOf())).status).toBe(500)
    expect(upstream.exchanges).toHaveLength(before + 1)
    expect((await firstEndpoint(app)).consecutive_failures).toBe(2)
    await eventually(async () => expect((await firstEndpoint(app)).breaker_state).toBe('half_open'))
  })
})

describe('the reset route', () => {
  it('ends a cooldown at once', async () => {
    const { app, upstream } = await startScriptedApp({ scripts: [refuseWith(503, 'Retry-After: 300\r\n')] })
    await app.post(CHAT, chatOf())
    upstream.follow(serveWell)
    expect((await app.post(CHAT, chatOf())).status).toBe(503)
    const { id } = await firstEndpoint(app)
    expect(await app.admin.call('POST', `/endpoints/${id}/reset`)).toBeTruthy()
    expect(await firstEndpoint(app)).toMatchObject({
      breaker_state: 'closed',
      cooldown_remaining_s: 0,
      consecutive_failures: 0,
    })
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })
})
