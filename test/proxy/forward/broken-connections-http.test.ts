// Connections that break before any byte of the response: kept alive by the balancer alone, or broken by the request.
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { jsonResponse, wholeReply } from '../../conformance/responses.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'
import { startConnections } from '../../support/upstreams/http-upstream.ts'

const CHAT = '/v1/chat/completions'

const serve = (socket: Socket): void => void socket.write(jsonResponse(wholeReply))

const ways: [string, (socket: Socket) => void][] = [
  ['by a reset', (socket) => void socket.resetAndDestroy()],
  ['by its end', (socket) => void socket.end()],
]

describe('a connection that has served a request and breaks before the next response', () => {
  it.each(ways)('(%s) is replaced by another one to the same endpoint, uncounted', async (_name, breakOff) => {
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
    expect(endpoints[0]).toMatchObject({ total_requests: 8, total_success: 8, total_failures: 0, last_error: null })
    expect(upstream.requests()).toBeGreaterThan(8)
  })

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
