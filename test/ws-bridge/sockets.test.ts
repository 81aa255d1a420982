// A page's socket: its queue of calls, back-pressure, and the end of its calls.
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { BRIDGE_PROTOCOL } from '../../src/contract/bridge.ts'
import { CHUNKED_STREAM, LAST_CHUNK, chunk, jsonResponse } from '../conformance/responses.ts'
import type { Script } from '../conformance/scripted-upstream.ts'
import { send } from '../support/clients/http-client.ts'
import { eventually } from '../support/apps/running-app.ts'
import { connectPage, refusalOf, startBridge } from '../support/apps/running-bridge.ts'

const silence: Script = () => undefined
const respond: Script = async ({ write }) => void (await write(jsonResponse('{}')))

describe('a page', () => {
  const origins = { WS_ALLOWED_ORIGINS: 'https://app.example,http://other.example:8088' }

  it('of the host it connects to may connect, and of an origin that is allowed', async () => {
    const { url } = await startBridge({ environment: { ...origins, WS_PUBLIC_HOSTS: 'Producer.example' } })
    await connectPage(url)
    await connectPage(url, { origin: 'https://app.example' })
    await connectPage(url, {
      origin: 'http://producer.example',
      client: { headers: { host: 'producer.example' } },
    })
    await connectPage(url, {
      origin: 'https://producer.example',
      client: { headers: { host: 'Producer.example:443' } },
    })
  })

  it.each([
    ['of another host', 'http://evil.example'],
    ['of another port', 'http://127.0.0.1:1'],
    ['of another port of an allowed host', 'http://other.example'],
    ['without an origin that says anything', 'null'],
    ['of a file', 'file://127.0.0.1'],
  ])('%s may not', async (_name, origin) => {
    const { url, logText } = await startBridge({ environment: origins })
    expect(await refusalOf(url, { headers: { origin } })).toBe(403)
    expect(logText()).toContain('the origin of the page is not allowed')
  })

  it.each([
    'localhost',
    '10.0.0.7',
    '[fd00::1]',
    'bridge',
    'bridge.lan',
    'bridge.local',
    'a.b.internal:8765',
    'x.home.arpa',
  ])('of the host %s, which has no public owner, may connect', async (host) => {
    const { url } = await startBridge()
    await connectPage(url, { origin: `http://${host}`, client: { headers: { host } } })
  })

  it.each([
    'evil.example',
    'EVIL.example:8765',
    'evil.example.',
    'local.evil.example',
    '127.0.0.1.evil.example',
  ])('of the public host %s may not, whose owner can let it point to the bridge', async (host) => {
    const { url, logText } = await startBridge({ environment: origins })
    const headers = { origin: `http://${host}`, host }
    expect(await refusalOf(url, { headers })).toBe(403)
    expect(logText()).toContain('name it in WS_PUBLIC_HOSTS, or set WS_TOKEN')
  })

  it('of a public host may connect where the token, the host or its origin is configured', async () => {
    const host = 'producer.example'
    const page = { origin: `http://${host}`, client: { headers: { host } } }
    for (const environment of [
      { WS_PUBLIC_HOSTS: 'other.example, producer.example' },
      { WS_ALLOWED_ORIGINS: 'https://producer.example' },
      { WS_ALLOWED_ORIGINS: '*' },
    ])
      await connectPage((await startBridge({ environment })).url, page)
    const { url } = await startBridge({ environment: { WS_TOKEN: 'token' } })
    await connectPage(url, { ...page, protocols: ['bearer.token'] })
  })

  it('without an origin may not', async () => {
    expect(await refusalOf((await startBridge()).url, {})).toBe(403)
  })

  it('must offer the token if one is configured, and does not get it back', async () => {
    const { url, logText } = await startBridge({ environment: { WS_TOKEN: 'long-secret-token' } })
    const headers = { origin: url }
    expect(await refusalOf(url, { headers })).toBe(401)
    expect(await refusalOf(url, { headers }, [BRIDGE_PROTOCOL, 'bearer.wrong'])).toBe(401)
    expect(await refusalOf(url, { headers }, ['long-secret-token'])).toBe(401)
    const page = await connectPage(url, { protocols: ['bearer.long-secret-token', BRIDGE_PROTOCOL] })
    expect(page.socket.protocol).toBe(BRIDGE_PROTOCOL)
    // If it is the only subprotocol offered it must be accepted: a browser closes otherwise.
    const bare = await connectPage(url, { protocols: ['bearer.long-secret-token'] })
    expect(bare.socket.protocol).toBe('bearer.long-secret-token')
    expect(logText()).not.toContain('long-secret-token')
  })

  it('gets no compression, and a 404 on other paths', async () => {
    const { url } = await startBridge()
    const { socket } = await connectPage(url, { client: { perMessageDeflate: true } })
    expect(socket.extensions).toBe('')
    const elsewhere = new WebSocket(url.replace('http', 'ws'), { origin: url })
    elsewhere.on('error', () => undefined)
    const [, response] = (await once(elsewhere, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(404)
    expect((await send(`${url}/ws`)).status).toBe(426)
  })
})

describe('calls beyond the cap', () => {
  it('wait and start in order of arrival, across pages', async () => {
    const { connect, upstream, target, bridge } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '1' },
      script: silence,
    })
    const [one, two] = [await connect(), await connect()]
    const pages = [one, one, two, one, two, two]
    for (const [id, page] of pages.entries()) {
      page.send({ id, url: `${target}/v1/${id}` })
      await eventually(() => expect(bridge.figures()).toMatchObject({ runningCalls: 1, waitingCalls: id }))
    }
    for (const id of pages.keys()) await respond(await upstream.exchange(id))
    await two.next(5, 'response')
    const paths = upstream.exchanges.map(({ request }) => request.startLine.split(' ')[1])
    expect(paths).toEqual(['/v1/0', '/v1/1', '/v1/2', '/v1/3', '/v1/4', '/v1/5'])
  })

  it('never run at the same time', async () => {
    const { connect, upstream, target, bridge } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '3' },
      script: silence,
    })
    const page = await connect()
    for (let id = 0; id < 8; id += 1) page.send({ id, url: `${target}/v1/${id}` })
    await upstream.exchange(2)
    await eventually(() => expect(bridge.figures()).toMatchObject({ runningCalls: 3, waitingCalls: 5 }))
    expect(upstream.exchanges).toHaveLength(3)
    for (let index = 0; index < 8; index += 1) await respond(await upstream.exchange(index))
    await eventually(() => expect(page.events.filter(({ type }) => type === 'response')).toHaveLength(8))
  })

  it('can be cancelled while they wait, and then are never sent', async () => {
    const { connect, upstream, target } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '1' },
      script: silence,
    })
    const page = await connect()
    for (const id of ['a', 'b', 'c']) page.send({ id, url: `${target}/v1/${id}`, timeout_ms: 60_000 })
    const first = await upstream.exchange(0)
    page.send({ type: 'cancel', id: 'b' })
    expect(await page.next('b', 'error')).toMatchObject({
      code: 'cancelled',
      sent_ms: null,
      first_byte_ms: null,
    })
    await respond(first)
    await respond(await upstream.exchange(1))
    await page.next('c', 'response')
    expect(upstream.exchanges.map(({ request }) => request.startLine.split(' ')[1])).toEqual([
      '/v1/a',
      '/v1/c',
    ])
  })

  it('use their time limit from when they are sent, not while they wait', async () => {
    const { connect, upstream, target } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '1' },
      script: silence,
    })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/1`, timeout_ms: 300 })
    page.send({ id: 2, url: `${target}/v1/2`, timeout_ms: 300 })
    await page.next(1, 'error')
    const error = await page.next(2, 'error')
    expect((error.sent_ms ?? NaN) - (error.received_ms ?? NaN)).toBeGreaterThan(250)
    expect(error.end_ms - (error.sent_ms ?? NaN)).toBeGreaterThan(250)
    expect(upstream.exchanges).toHaveLength(2)
  })
})

describe('the end of a socket', () => {
  it.each(['close', 'terminate'] as const)('by %s ends its calls upstream', async (how) => {
    const { connect, upstream, target, bridge } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '3' },
      script: async ({ write, request }) =>
        void (request.startLine.includes('s') && (await write(CHUNKED_STREAM))),
    })
    const [page, other] = [await connect(), await connect()]
    other.send({ id: 1, url: `${target}/v1/other` })
    const kept = await upstream.exchange(0)
    page.send({ id: 1, url: `${target}/v1/s`, stream: true })
    page.send({ id: 2, url: `${target}/v1/x` })
    for (let id = 3; id < 10; id += 1) page.send({ id, url: `${target}/v1/waits` })
    const mine = [await upstream.exchange(1), await upstream.exchange(2)]
    await eventually(() => expect(bridge.figures().waitingCalls).toBe(7))
    page.socket[how]()
    await Promise.all(mine.map(({ closed }) => closed))
    await eventually(() =>
      expect(bridge.figures()).toMatchObject({ runningCalls: 1, waitingCalls: 0, openConnections: 1 }),
    )
    expect(upstream.exchanges).toHaveLength(3)
    expect(kept.isClosed()).toBe(false)
  })

  it('is detected although so much waits that it is no longer read', async () => {
    const { connect, upstream, target, bridge } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '1' },
      tuning: { maxWaiting: 10 },
      script: silence,
    })
    const page = await connect()
    for (let id = 0; id < 200; id += 1)
      page.send({ id, url: `${target}/v1/x`, body: 'x'.repeat(100_000), method: 'POST' })
    const first = await upstream.exchange(0)
    await eventually(() => expect(bridge.figures().waitingCalls).toBeGreaterThan(10))
    page.socket.terminate()
    await first.closed
    await eventually(() =>
      expect(bridge.figures()).toMatchObject({ runningCalls: 0, waitingCalls: 0, openConnections: 0 }),
    )
    expect(bridge.figures().calls).toBeLessThan(200)
  })

  it('follows unanswered pings', async () => {
    const { url, bridge } = await startBridge({ tuning: { heartbeatMs: 250 } })
    const page = await connectPage(url, { client: { autoPong: false } })
    const lively = await connectPage(url)
    expect((await page.closed)[0]).toBe(1006)
    await eventually(() => expect(bridge.figures().openConnections).toBe(1))
    expect(lively.socket.readyState).toBe(WebSocket.OPEN)
  })
})

describe('back-pressure', () => {
  it('leaves messages unread while too many calls wait, and serves all of them in the end', async () => {
    const { connect, upstream, target, bridge } = await startBridge({
      environment: { WS_MAX_CONCURRENT: '1' },
      tuning: { maxWaiting: 10, heartbeatMs: 100 },
      script: silence,
    })
    const page = await connect()
    const count = 100
    for (let id = 0; id < count; id += 1)
      page.send({ id, url: `${target}/v1/x`, body: 'x'.repeat(50_000), method: 'POST' })
    const first = await upstream.exchange(0)
    await eventually(() => expect(bridge.figures().waitingCalls).toBeGreaterThan(10))
    expect(bridge.figures().waitingCalls).toBeLessThan(count / 2)
    upstream.follow(respond)
    await respond(first)
    await eventually(() => expect(page.events.filter(({ type }) => type === 'response')).toHaveLength(count))
  })

  it('pauses a target whose stream the page does not read, and loses nothing', async () => {
    const block = chunk(Buffer.alloc(256 * 1024, 'x'))
    const blocks = 400
    let written = 0
    const { connect, target, bridge } = await startBridge({
      script: async ({ write }) => {
        await write(CHUNKED_STREAM)
        for (; written < blocks; written += 1) await write(block)
        await write(LAST_CHUNK)
      },
    })
    const page = await connect()
    page.socket.pause()
    page.send({ id: 1, url: `${target}/v1/x`, stream: true })
    // Writing stops when all buffers on the way are full, and the kernel's have grown to their limit.
    let seen = -1
    await eventually(async () => {
      const before = seen
      seen = written
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect([written > 0, written, before]).toEqual([true, seen, seen])
    })
    expect(written).toBeLessThan(blocks / 2)
    expect(bridge.figures().runningCalls).toBe(1)
    page.socket.resume()
    await page.next(1, 'stream_end')
    expect(page.textOf(1).length).toBe(blocks * 256 * 1024)
  })
})

describe('whole responses', () => {
  it('stay with their targets while the page reads nothing, and all arrive in the end', async () => {
    const body = JSON.stringify('x'.repeat(1024 * 1024))
    const count = 100
    const { connect, target, bridge } = await startBridge({
      script: async ({ write }) => void (await write(jsonResponse(body))),
    })
    const page = await connect()
    page.socket.pause()
    for (let id = 0; id < count; id += 1) page.send({ id, url: `${target}/v1/x` })
    await eventually(() => expect(bridge.figures().calls).toBe(count))
    let seen = -1
    await eventually(async () => {
      const before = seen
      seen = bridge.figures().runningCalls
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(bridge.figures().runningCalls).toBe(before)
    })
    expect(bridge.figures().runningCalls).toBeGreaterThan(count / 2)
    page.socket.resume()
    await eventually(() => expect(page.events).toHaveLength(count))
    for (const event of page.events) expect(event).toMatchObject({ type: 'response', body })
  })
})

describe('a bridge that shuts down', () => {
  it('lets open calls end, refuses others, and closes with 1001', async () => {
    const { url, connect, upstream, target, bridge } = await startBridge({ script: silence })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x` })
    const exchange = await upstream.exchange(0)
    const drained = bridge.drain(60_000)
    page.send({ id: 2, url: `${target}/v1/x` })
    expect(await page.next(2, 'error')).toMatchObject({
      code: 'network',
      error: 'the bridge is shutting down',
    })
    expect(await refusalOf(url, { headers: { origin: url } })).toBe(503)
    await respond(exchange)
    await page.next(1, 'response')
    expect((await page.closed)[0]).toBe(1001)
    await drained
  })

  it('fails the calls that are still open after the timeout', async () => {
    const { connect, upstream, target, bridge } = await startBridge({ script: silence })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x` })
    const exchange = await upstream.exchange(0)
    await bridge.drain(50)
    expect(page.eventsOf(1)).toMatchObject([{ type: 'error', code: 'network' }])
    await exchange.closed
  })
})

describe('the bridge’s own routes', () => {
  it('serve its health and its metrics', async () => {
    const { url, connect, target, upstream } = await startBridge({ script: respond })
    expect((await send(`${url}/healthz`)).json()).toEqual({ status: 'ok' })
    const page = await connect()
    page.send({ id: 1, url: `${target}/v1/x` })
    await page.next(1, 'response')
    upstream.follow(({ reset }) => reset())
    page.send({ id: 2, url: `${target}/v1/x` })
    await page.next(2, 'error')
    page.send('{')
    await page.next(null, 'error')
    const { text, headers } = await send(`${url}/metrics`)
    expect(headers['content-type']).toMatch(/^text\/plain/)
    for (const line of [
      'ws_proxy_connections_active 1',
      'ws_proxy_connections_total 1',
      'ws_proxy_requests_active 0',
      'ws_proxy_requests_waiting 0',
      'ws_proxy_requests_total 2',
      'ws_proxy_errors_total{code="network"} 1',
      'ws_proxy_errors_total{code="bad_message"} 1',
      'ws_proxy_errors_total{code="timeout"} 0',
    ])
      expect(text.split('\n')).toContain(line)
    expect((await send(`${url}/nothing`)).status).toBe(404)
    expect((await send(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
  })
})
