// The connections to one upstream, over real sockets.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createConnectionPool, type PooledRequest } from '../../../src/http/upstream/connection-pool.ts'
import { startUpstreamRequest } from '../../../src/http/upstream/upstream-request.ts'
import { canSignCertificates, signCertificate } from '../../support/upstreams/self-signed-upstream.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

type Serve = (socket: Socket, request: string, connection: number) => void

/** A server that gets each piece of bytes as text, and the pool that leads to it. */
async function start(
  serve: Serve,
  { server = createServer(), host = '127.0.0.1', connectTimeoutMs = 10_000 } = {},
) {
  const sockets: Socket[] = []
  const isTls = !(server.constructor === createServer().constructor)
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    const connection = sockets.push(socket)
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => serve(socket, bytes.toString('latin1'), connection))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = createConnectionPool({
    url: new URL(`${isTls ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`),
    verifyTls: false,
    connectTimeoutMs,
  })
  onTestFinished(() => {
    pool.destroy()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { pool, sockets, server }
}

type Pool = Awaited<ReturnType<typeof start>>['pool']

interface Result {
  readonly status?: number
  readonly body?: string
  readonly error?: unknown
  readonly isBreak?: boolean
}

const get: PooledRequest = { method: 'GET', path: '/', headers: [], body: null, timeoutMs: 0 }

/** Sends a request and reads its response. */
const send = (
  pool: Pool,
  more: Partial<PooledRequest> & { mayRepeat?: boolean; isAlone?: boolean } = {},
): Promise<Result> =>
  new Promise((resolve) => {
    let status: number | undefined
    let body = ''
    startUpstreamRequest(
      { pool },
      { ...get, ...more },
      {
        onResponse: (_owner, given) => void (status = given),
        onData: (_owner, chunk) => void (body += chunk.toString('latin1')),
        onEnd: () => resolve({ ...(status !== undefined && { status }), body }),
        onError: (_owner, error, isBreak) =>
          resolve({ error: 'code' in error ? error.code : error.message, isBreak }),
      },
      undefined,
    )
  })

describe('a connection', () => {
  it('serves one request after another, and two at once are served by two', async () => {
    const { pool, sockets } = await start((socket) => socket.write(OK))
    for (let n = 0; n < 3; n += 1) expect(await send(pool)).toEqual({ status: 200, body: 'ok' })
    expect(sockets).toHaveLength(1)
    await Promise.all([send(pool), send(pool)])
    expect(sockets).toHaveLength(2)
  })

  it.each([
    ['says that it closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['sends more than its response', `${OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`],
    [
      'keeps idle connections for too short',
      `HTTP/1.1 200 OK\r\nkeep-alive: timeout=2\r\ncontent-length: 2\r\n\r\nok`,
    ],
  ])('of an upstream that %s serves no further request', async (_what, response) => {
    const { pool, sockets } = await start((socket) => socket.write(response))
    for (let n = 1; n <= 2; n += 1) {
      expect(await send(pool)).toEqual({ status: 200, body: 'ok' })
      expect(sockets).toHaveLength(n)
    }
  })

  it('is closed where bytes come that were not asked for', async () => {
    const { pool, sockets } = await start((socket) => socket.write(OK))
    await send(pool)
    const closed = once(sockets[0] as Socket, 'close')
    sockets[0]?.write(OK)
    await closed
    expect(await send(pool)).toEqual({ status: 200, body: 'ok' })
    expect(sockets).toHaveLength(2)
  })

  it('is closed once it was idle for two seconds less than the upstream says', async () => {
    const response = 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=3, max=100\r\ncontent-length: 2\r\n\r\nok'
    const { pool, sockets } = await start((socket) => socket.write(response))
    await send(pool)
    await once(sockets[0] as Socket, 'close')
    expect(await send(pool)).toEqual({ status: 200, body: 'ok' })
  })

  it('that broke before any byte, having served before, is repeated once on one of its own where that is allowed', async () => {
    let requests = 0
    const { pool, sockets } = await start((socket, _request, connection) => {
      requests += 1
      if (connection === 1 && requests === 2) socket.destroy()
      else socket.write(OK)
    })
    await send(pool)
    expect(await send(pool, { mayRepeat: true })).toEqual({ status: 200, body: 'ok' })
    expect(requests).toBe(3)
    // It was closed after its response.
    await send(pool)
    expect(sockets).toHaveLength(3)
  })

  it('that broke before any byte is told as broken, and after one it is not', async () => {
    const first = await start((socket) => socket.destroy())
    expect(await send(first.pool, { mayRepeat: true })).toEqual({
      error: 'UPSTREAM_CONNECTION_CLOSED',
      isBreak: true,
    })
    const second = await start((socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n'))
    expect(await send(second.pool)).toEqual({ error: 'UPSTREAM_CONNECTION_CLOSED', isBreak: false })
    const third = await start((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok'))
    expect(await send(third.pool)).toEqual({ error: 'UPSTREAM_RESPONSE_CUT', isBreak: false })
  })

  it('of a request alone is not shared, and a repetition that is refused is told as broken', async () => {
    const { pool, sockets, server } = await start((socket) => socket.write(OK))
    await send(pool)
    expect(await send(pool, { isAlone: true })).toEqual({ status: 200, body: 'ok' })
    expect(sockets).toHaveLength(2)
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
    expect(await send(pool, { isAlone: true })).toEqual({ error: 'ECONNREFUSED', isBreak: true })
  })
})

// A busy machine may take longer for a response than the shortest of them.
const LIMITS_MS = [20, 200, 2_000]

/** @param run - reads a response within the limit. @returns its result under the first limit that was long enough. */
async function underAnyLimit<Result>(
  run: (timeoutMs: number) => Promise<Result>,
  isEarly: (result: Result) => boolean,
): Promise<Result | undefined> {
  for (const timeoutMs of LIMITS_MS) {
    const result = await run(timeoutMs)
    if (!isEarly(result)) return result
  }
  return undefined
}

describe('a request that waits', () => {
  it('for its response fails after its time, an endless series of interim responses included', async () => {
    const silent = await start(() => undefined)
    expect(await send(silent.pool, { timeoutMs: 30 })).toMatchObject({ error: 'UPSTREAM_RESPONSE_TIMEOUT' })
    const endless = await start((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 10)
      socket.once('close', () => clearInterval(timer))
    })
    expect(await send(endless.pool, { timeoutMs: 100 })).toMatchObject({ error: 'UPSTREAM_RESPONSE_TIMEOUT' })
  })

  it('within its response fails after that time of silence', async () => {
    const { pool } = await start((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok'))
    const result = await underAnyLimit(
      (timeoutMs) => send(pool, { timeoutMs }),
      ({ error }) => error === 'UPSTREAM_RESPONSE_TIMEOUT',
    )
    expect(result).toMatchObject({ error: 'UPSTREAM_BODY_TIMEOUT' })
  })

  it('for a TLS handshake that never comes fails after the time to connect', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const pool = createConnectionPool({ url, verifyTls: true, connectTimeoutMs: 30 })
    onTestFinished(() => {
      pool.destroy()
      server.close()
    })
    expect(await send(pool)).toEqual({ error: 'UPSTREAM_CONNECT_TIMEOUT', isBreak: false })
  })

  it('because it is paused fails at no time', async () => {
    const { pool, sockets } = await start((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nok'),
    )
    const run = async (timeoutMs: number): Promise<string[]> => {
      const events: string[] = []
      const attempt = startUpstreamRequest(
        { pool },
        { ...get, timeoutMs },
        {
          onResponse: () => undefined,
          onData(_owner, chunk) {
            events.push(chunk.toString())
            attempt.pause()
          },
          onEnd: () => events.push('end'),
          onError: (_owner, error) => void events.push(error.message),
        },
        undefined,
      )
      await expect.poll(() => events).toHaveLength(1)
      if (events[0] !== 'ok') return events
      const socket = sockets.at(-1)
      // A request that began later and is not paused shows that the time has passed.
      const { error } = await send(pool, { timeoutMs: 3 * timeoutMs })
      expect(error).toMatch(/^UPSTREAM_(BODY|RESPONSE)_TIMEOUT$/)
      expect(events).toHaveLength(1)
      socket?.write('ok')
      attempt.resume()
      await expect.poll(() => events.length).toBeGreaterThan(1)
      return events
    }
    const events = await underAnyLimit(run, ([first, second]) => first !== 'ok' || second !== 'ok')
    await expect.poll(() => events).toEqual(['ok', 'ok', 'end'])
  })
})

describe('a body', () => {
  /** The whole of what the server got when it has `end` at its end. */
  async function received(body: PooledRequest['body'], headers: string[], end: string): Promise<string> {
    let text = ''
    const { pool } = await start((socket, part) => {
      text += part
      if (text.endsWith(end)) socket.write(OK)
    })
    expect(await send(pool, { method: 'POST', body, headers })).toEqual({ status: 200, body: 'ok' })
    return text.slice(text.indexOf('\r\n\r\n') - 30)
  }

  it.each([
    ['short', Buffer.from('h\xe9llo€')],
    // Its end stands nowhere else in it: a part that ends so would be taken for the whole.
    ['long', Buffer.concat([Buffer.alloc(300_000, 'é€'), Buffer.from('the end.')])],
  ])('that is %s arrives byte for byte with its length', async (_what, body) => {
    const text = await received(body, [], body.subarray(-8).toString('latin1'))
    expect(text).toContain(`content-length: ${body.length}\r\n\r\n`)
    expect(text.endsWith(`\r\n\r\n${body.toString('latin1')}`)).toBe(true)
  })

  it('that is a stream is sent in chunks, or in one with the length that is given', async () => {
    const stream = (): Readable =>
      Readable.from([Buffer.from('hello '), Buffer.alloc(0), Buffer.from('world')])
    const chunked = await received(stream(), [], '0\r\n\r\n')
    expect(chunked).toContain('transfer-encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n')
    const sized = await received(stream(), ['content-length', '11'], 'world')
    expect(sized).toContain('content-length: 11\r\n\r\nhello world')
  })

  it.each([
    ['longer', '3'],
    ['shorter', '30'],
  ])('that is %s than its length ends the connection', async (_what, length) => {
    const { pool } = await start(() => undefined)
    const body = Readable.from([Buffer.from('hello')])
    const result = await send(pool, { method: 'POST', body, headers: ['content-length', length] })
    expect(result).toEqual({ error: 'UPSTREAM_INVALID_REQUEST', isBreak: false })
    expect(body.destroyed).toBe(true)
  })

  it('that breaks off ends the request with its error, also before the connection is open', async () => {
    const got = Promise.withResolvers<void>()
    const { pool } = await start(() => got.resolve())
    for (const wait of [() => Promise.resolve(), () => got.promise]) {
      const body = new PassThrough()
      const result = send(pool, { method: 'POST', body })
      body.write('x')
      await wait()
      body.destroy(new Error('the client left'))
      expect(await result).toEqual({ error: 'the client left', isBreak: false })
    }
  })

  it('is stopped where the response is complete before, and its connection serves no further request', async () => {
    const { pool, sockets } = await start((socket) => socket.write(OK))
    const body = new PassThrough()
    const result = send(pool, { method: 'POST', body })
    body.write('x')
    expect(await result).toEqual({ status: 200, body: 'ok' })
    expect(body.destroyed).toBe(true)
    await send(pool)
    expect(sockets).toHaveLength(2)
  })

  it('waits where the upstream does not read, and its sender is not timed out while the upstream waits for it', async () => {
    const { pool } = await start((socket) => socket.pause())
    const body = new PassThrough()
    const result = send(pool, { method: 'POST', body, timeoutMs: 50 })
    body.write('x')
    // Nothing to send for longer than the time: the upstream cannot respond yet.
    expect(await send(pool, { timeoutMs: 150 })).toMatchObject({ error: 'UPSTREAM_RESPONSE_TIMEOUT' })
    // More than the kernel keeps for an upstream that does not read.
    for (let n = 0; n < 256; n += 1) body.write(Buffer.alloc(131_072))
    expect(await result).toMatchObject({ error: 'UPSTREAM_RESPONSE_TIMEOUT' })
  })
})

describe('a pool', () => {
  it('that is closed lets running requests end and takes no other, but for one alone', async () => {
    const asked: Socket[] = []
    const { pool } = await start((socket) => asked.push(socket))
    const respond = async (): Promise<void> => {
      await expect.poll(() => asked.length).toBe(1)
      asked.shift()?.write(OK)
    }
    const running = send(pool)
    await expect.poll(() => asked.length).toBe(1)
    pool.close()
    await respond()
    expect(await running).toEqual({ status: 200, body: 'ok' })
    expect(await send(pool)).toEqual({ error: 'UPSTREAM_POOL_CLOSED', isBreak: false })
    const alone = send(pool, { isAlone: true })
    await respond()
    expect(await alone).toEqual({ status: 200, body: 'ok' })
  })

  it('that is destroyed ends running requests and takes no other', async () => {
    const { pool, sockets } = await start(() => undefined)
    const running = send(pool)
    await expect.poll(() => sockets.length).toBe(1)
    pool.destroy()
    expect(await running).toEqual({ error: 'UPSTREAM_POOL_CLOSED', isBreak: false })
    expect(await send(pool, { isAlone: true })).toEqual({ error: 'UPSTREAM_POOL_CLOSED', isBreak: false })
  })

  it('finds a host by name, at the address that accepts', async () => {
    const { pool } = await start((socket) => socket.write(OK), { host: 'localhost' })
    expect(await send(pool)).toEqual({ status: 200, body: 'ok' })
  })

  it('asks for the name that is in the URL, and reports it where it does not resolve', async () => {
    const url = new URL('http://no-such-host.invalid:1')
    const pool = createConnectionPool({ url, verifyTls: true, connectTimeoutMs: 10_000 })
    const { error } = await send(pool)
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(error)
  })

  it.skipIf(!canSignCertificates)(
    'reaches an upstream by TLS, whose certificate it checks where that is wanted',
    async () => {
      const { key, cert } = signCertificate()
      const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }) as Server
      const { pool, sockets } = await start((socket) => socket.write(OK), { server })
      const large = Buffer.alloc(200_000, 'x')
      for (let n = 0; n < 2; n += 1)
        expect(await send(pool, { method: 'POST', body: large.subarray(0, 10) })).toEqual({
          status: 200,
          body: 'ok',
        })
      expect(sockets).toHaveLength(1)
      const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
      const strict = createConnectionPool({ url, verifyTls: true, connectTimeoutMs: 10_000 })
      expect(await send(strict)).toEqual({ error: 'DEPTH_ZERO_SELF_SIGNED_CERT', isBreak: false })
    },
  )
})
