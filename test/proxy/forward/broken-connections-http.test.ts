// Connections that break before any byte of the response: kept alive by the balancer alone, or broken by the request.
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { jsonResponse, wholeReply } from '../../conformance/responses.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'
import type { HttpResponse } from '../../support/clients/http-client.ts'
import { startConnections } from '../../support/upstreams/http-upstream.ts'

const CHAT = '/v1/chat/completions'

const serve = (socket: Socket): void => void socket.write(jsonResponse(wholeReply))

const ways: [string, (socket: Socket) => void][] = [
  ['by a reset', (socket) => void socket.resetAndDestroy()],
  ['by its end', (socket) => void socket.end()],
]

describe('a connection that has served a request and breaks before the next response', () => {
  it.each(ways)(
    '(%s) is replaced by another one to the same endpoint, uncounted',
    async (_name, breakOff) => {
      const app = await startApp()
      const upstream = await startConnections((socket, requests) =>
        requests === 1 ? serve(socket) : breakOff(socket),
      )
      await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl })
      for (let request = 0; request < 8; request += 1) {
        const response = await app.post(CHAT, chatOf())
        expect([response.status, response.text]).toEqual([200, wholeReply])
        expect(response.headers['x-lb-attempts']).toBe('1')
      }
      const { endpoints } = await app.admin.state()
      expect(endpoints[0]).toMatchObject({
        total_requests: 8,
        total_success: 8,
        total_failures: 0,
        last_error: null,
      })
      expect(upstream.requests()).toBeGreaterThan(8)
    },
  )

  it('is no excuse for the connection that replaces it', async () => {
    const app = await startApp({ environment: { LB_FAILOVER_ATTEMPTS: '0', LB_FAIL_THRESHOLD: '100' } })
    let isDown = false
    const upstream = await startConnections((socket) => (isDown ? socket.resetAndDestroy() : serve(socket)))
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl })
    for (let request = 0; request < 3; request += 1) await app.post(CHAT, chatOf())
    isDown = true
    const before = upstream.requests()
    const response = await app.post(CHAT, chatOf({ user: 'someone' }))
    expect([response.status, response.headers['x-lb-attempts']]).toEqual([502, '1'])
    expect(upstream.requests() - before).toBeLessThanOrEqual(2)
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 1 })
  })

  it('after the first bytes of a response is not replaced', async () => {
    const app = await startApp({ environment: { LB_FAILOVER_ATTEMPTS: '0' } })
    const upstream = await startConnections((socket, requests) => {
      if (requests === 1) serve(socket)
      else socket.end('HTTP/1.1 200 OK\r\ncontent-le')
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl })
    const statuses: number[] = []
    for (let request = 0; request < 4; request += 1) statuses.push((await app.post(CHAT, chatOf())).status)
    expect(statuses).toContain(502)
    expect(upstream.requests()).toBe(4)
  })
})

/** Upstreams whose process ends, as it were, when a request contains `deadly`. */
async function startMortals(
  count: number,
  environment: Readonly<Record<string, string>> = {},
  staysDead = false,
) {
  const app = await startApp({ environment: { LB_FAIL_THRESHOLD: '100', ...environment } })
  await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  const upstreams: { readonly requests: () => number }[] = []
  for (let index = 0; index < count; index += 1) {
    const upstream = await startConnections((socket, _requests, bytes) => {
      if (!bytes.includes('deadly')) return serve(socket)
      if (staysDead) upstream.stop()
      socket.resetAndDestroy()
    })
    upstreams.push(upstream)
    await app.admin.endpoint(`mortal-${index + 1}`, upstream.baseUrl, { priority_order: index })
  }
  return { app, requests: () => upstreams.map((upstream) => upstream.requests()) }
}

const deadly = chatOf({ messages: [{ role: 'user', content: 'deadly' }] })

function expectRefusal(response: HttpResponse): void {
  expect(response.status).toBe(502)
  expect(response.headers['x-should-retry']).toBe('false')
  expect(response.json()).toMatchObject({
    code: 'LB_ERR_REQUEST_BREAKS_ENDPOINTS',
    error: { type: 'request_breaks_endpoints', message: expect.stringContaining('2 endpoints') as string },
  })
}

describe('a request after which the connections of endpoints break', () => {
  it('is tried on one other endpoint, and refused from then on', async () => {
    const { app, requests } = await startMortals(3)
    const first = await app.post(CHAT, deadly)
    expectRefusal(first)
    expect(first.headers['x-lb-attempts']).toBe('2')
    for (let repetition = 0; repetition < 3; repetition += 1) expectRefusal(await app.post(CHAT, deadly))
    expect(requests()).toEqual([1, 1, 0])
    expect((await app.requestLines()).at(-1)).toMatchObject({
      outcome: 'refused',
      error_code: 'LB_ERR_REQUEST_BREAKS_ENDPOINTS',
    })
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })

  it('is refused as well where each attempt is a request of its own', async () => {
    const { app, requests } = await startMortals(1, { LB_FAILOVER_ATTEMPTS: '0' })
    expect((await app.post(CHAT, deadly)).json()).toMatchObject({ code: 'LB_ERR_UPSTREAM_UNREACHABLE' })
    // Another success shows that the endpoint runs again.
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
    expectRefusal(await app.post(CHAT, deadly))
    expectRefusal(await app.post(CHAT, deadly))
    // Where a kept-alive connection broke, the request was sent once more.
    expect(requests()[0]).toBeLessThanOrEqual(4)
  })

  it('is served where an endpoint has responded to an equal request since', async () => {
    const app = await startApp({ environment: { LB_FAILOVER_ATTEMPTS: '0', LB_FAIL_THRESHOLD: '100' } })
    let isBroken = false
    const upstream = await startConnections((socket) => (isBroken ? socket.resetAndDestroy() : serve(socket)))
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: upstream.baseUrl })
    const statuses: number[] = []
    for (const broken of [false, true, false, true, false, true, false]) {
      isBroken = broken
      statuses.push((await app.post(CHAT, chatOf())).status)
    }
    expect(statuses).toEqual([200, 502, 200, 502, 200, 502, 200])
  })

  it('that were kept alive is not taken for a stale connection where the endpoint is gone', async () => {
    const { app, requests } = await startMortals(3, {}, true)
    for (let request = 0; request < 3; request += 1)
      for (const { id } of (await app.admin.state()).endpoints) {
        const { token } = await app.admin.token(`${id} ${request}`, { preferred_endpoint_id: id })
        const { status } = await app.post(CHAT, chatOf(), { authorization: `Bearer ${token}` })
        expect(status).toBe(200)
      }
    const { token } = await app.admin.token('deadly')
    const before = requests()
    expectRefusal(await app.post(CHAT, deadly, { authorization: `Bearer ${token}` }))
    expect(requests()[2]).toBe(before[2])
  })
})
