// The whole balancer behind a worker's relay: what clients receive is what they receive from the balancer itself.
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ADMIN_TOKEN, chatOf, eventually, startApp } from '../../../support/apps/running-app.ts'
import { startRelay } from '../../../support/apps/running-relay.ts'
import { openEvents } from '../../../support/clients/event-reader.ts'
import { connectRaw, rawPost, send } from '../../../support/clients/http-client.ts'
import { shared } from '../../../support/lifetime.ts'

const CHAT = JSON.stringify(chatOf())
const CHAT_PATH = '/v1/chat/completions?x=1'

async function startBoth(environment: Readonly<Record<string, string>> = {}) {
  const app = await startApp({ environment })
  return { app, relay: await startRelay(app.server) }
}

/** Without what differs from one response to the next; an uptime of other digits changes the length, too. */
const withoutTimes = (text: string): string =>
  text
    .replace(/^(date|x-request-id): .*$/gim, '$1: -')
    .replace(text.includes('"uptime_seconds"') ? /^content-length: \d+$/m : /^$/, 'content-length: -')
    .replace(/"(request_id|uptime_seconds)":[^,}]*/g, '"$1":-')

async function bytesFrom(port: number, bytes: string, isHalfClosed: boolean): Promise<string> {
  const connection = await connectRaw(port)
  if (isHalfClosed) connection.socket.end(bytes, 'latin1')
  else connection.socket.write(bytes, 'latin1')
  await connection.closed
  return withoutTimes(connection.text())
}

const get = (path: string, ...fields: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: balancer.test', ...fields, 'Connection: close', '', ''].join('\r\n')
const CLOSE = 'Connection: close'

describe('a client of a worker receives the bytes that it receives from the balancer itself', () => {
  const both = shared(() => startBoth({ LB_CLIENT_TOKENS: 'token' }))

  it.each([
    ['a redirect', get('/')],
    ['a page', get('/admin', 'Accept-Encoding: br')],
    ['no page', get('/admin/nothing')],
    ['readiness', get('/readyz')],
    ['health', get('/health')],
    ['an unknown path', get('/nothing%20here?a=%ff')],
    ['a URL that cannot be routed', get('/%zz')],
    ['bytes beyond ASCII in its URL', get('/\xe4\xff')],
    ['another method', get('/health').replace('GET', 'DELETE')],
    ['HEAD', get('/livez').replace('GET', 'HEAD')],
    ['HEAD of a page', get('/admin/').replace('GET', 'HEAD')],
    ['a preflight request', get('/health', 'Origin: http://a.test').replace('GET', 'OPTIONS')],
    ['the session of no operator', get('/admin/api/session')],
    ['a page of an unknown session', get('/load-producer/')],
    ['HTTP/1.0', 'GET /livez HTTP/1.0\r\n\r\n'],
    [
      'HTTP/1.0 that keeps its connection',
      'GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /livez HTTP/1.0\r\n\r\n',
    ],
    ['HTTP/2.0', get('/livez').replace('HTTP/1.1', 'HTTP/2.0')],
    ['no host', get('/livez').replace(/Host.*\r\n/, '')],
    ['two hosts', get('/livez', 'host: other.test')],
    [
      'an upgrade to another protocol',
      get('/livez', 'Upgrade: h2c').replace(CLOSE, 'Connection: Upgrade, close'),
    ],
    ['two requests at once', get('/livez').replace(CLOSE, 'x-a: 1') + get('/readyz')],
    ['a body without a content type', rawPost('/admin/api/session', [CLOSE], '{"token":"wrong"}')],
    ['no body', rawPost('/admin/api/session', [CLOSE, 'Content-Length: 0'], '')],
    ['a body of no length', rawPost('/admin/api/session', [CLOSE], '').replace('Content-Length: 0\r\n', '')],
    [
      'a chunked body',
      rawPost('/admin/api/session', [CLOSE, 'Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    ],
    ['an expectation', rawPost('/admin/api/session', [CLOSE, 'Expect: 100-continue'], '{}')],
    ['an unknown expectation', rawPost('/admin/api/session', [CLOSE, 'Expect: more'], '{}')],
    [
      'a transfer coding',
      rawPost('/admin/api/session', ['Transfer-Encoding: gzip, chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    ],
    ['a body that is refused early', rawPost('/admin/api/tokens', ['Content-Length: 10000000'], '{')],
    ['a completion that is refused early', rawPost(CHAT_PATH, ['Content-Length: 10000000'], '{')],
    ['a body that is no HTTP', rawPost('/admin/api/tokens', ['Transfer-Encoding: chunked'], 'zz\r\n')],
  ])('to %s', async (_name, bytes) => {
    const { app, relay } = await both()
    const direct = await bytesFrom(app.port, bytes, false)
    expect(direct).toMatch(/^HTTP\/1\.1 \d{3} /)
    expect(await bytesFrom(relay.port, bytes, false)).toBe(direct)
    expect(relay.failures).toEqual([])
  })

  it.each([
    ['a request', get('/admin/api/session')],
    ['an incomplete body', rawPost('/admin/api/session', ['Content-Length: 9'], '{')],
  ])('and closes its side after %s', async (_name, bytes) => {
    const { app, relay } = await both()
    const direct = await bytesFrom(app.port, bytes, true)
    // Interim responses come first where the machine is slow.
    const final = (text: string): string => text.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '')
    expect(final(await bytesFrom(relay.port, bytes, true))).toBe(final(direct))
  })

  it('without the connections of the primary being lost', async () => {
    const { app, relay } = await both()
    const { status } = await send(`${relay.url}${CHAT_PATH}`, {
      method: 'POST',
      headers: { authorization: 'Bearer token' },
      body: CHAT,
    })
    expect(status).toBe(200)
    await app.settled()
  })
})

it('live events arrive through the relay while their stream is open', async () => {
  const { app, relay } = await startBoth()
  const reader = await openEvents(`${relay.url}/admin/api/events?changes=true`, {
    'x-admin-token': ADMIN_TOKEN,
  })
  expect((await reader.next('state')).endpoints).toHaveLength(1)
  await app.admin.block('a new block')
  expect(JSON.stringify(await reader.next('state-change'))).toContain('a new block')
  expect(reader.response.complete).toBe(false)
})

it('wrong admin tokens are counted by the address of the client, behind trusted proxies too', async () => {
  const { app, relay } = await startBoth({
    LB_TRUSTED_PROXIES: '127.0.0.1',
  })
  const attemptsUntilRefused = async (url: string, headers: Record<string, string>): Promise<number> => {
    for (let attempts = 1; attempts < 100; attempts += 1) {
      const sent = { headers: { 'x-admin-token': 'wrong', ...headers } }
      if ((await send(`${url}/admin/api/state`, sent)).status === 429) return attempts
    }
    return Infinity
  }
  const guesser = { 'x-forwarded-for': '192.0.2.1' }
  expect(await attemptsUntilRefused(app.url, guesser)).toBeGreaterThan(20)
  // Counted together with those of the same address that came without the relay: at most a few are allowed again.
  expect(await attemptsUntilRefused(relay.url, guesser)).toBeLessThan(10)
  expect(await attemptsUntilRefused(relay.url, { ...guesser, connection: 'x-forwarded-for' })).toBeLessThan(
    10,
  )
  for (const { url } of [app, relay])
    expect(await attemptsUntilRefused(url, { ...guesser, 'x-lb-peer-address': '192.0.2.9' })).toBeLessThan(10)
  expect(await attemptsUntilRefused(relay.url, { 'x-forwarded-for': '192.0.2.2' })).toBeGreaterThan(20)
})

describe('the bridge', () => {
  const open = (url: string, headers: Record<string, string>): WebSocket =>
    new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers })

  it('serves a signed-in page through the relay, until the page leaves', async () => {
    const { app, relay } = await startBoth()
    const socket = open(relay.url, { 'x-admin-token': ADMIN_TOKEN })
    await once(socket, 'open')
    await eventually(async () => expect(await app.logText()).toContain('"connected"'))
    socket.close()
    await once(socket, 'close')
    await eventually(async () => expect(await app.logText()).toContain('"disconnected"'))
  })

  it('refuses others with the same bytes', async () => {
    const { app, relay } = await startBoth()
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
    const bytes = get('/ws', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', key).replace(
      CLOSE,
      'Connection: Upgrade',
    )
    const direct = await bytesFrom(app.port, bytes, false)
    expect(direct).toMatch(/^HTTP\/1\.1 401 /)
    expect(await bytesFrom(relay.port, bytes, false)).toBe(direct)
  })
})
