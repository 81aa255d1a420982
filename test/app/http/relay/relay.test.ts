// Requests that a worker relays to the primary, over real sockets.
import { once } from 'node:events'
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { existsSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createNodeServer } from '../../../../src/app/http/create-node-server.ts'
import { createPrivateListener } from '../../../../src/app/http/relay/private-listener.ts'
import { peerAddress } from '../../../../src/http/peer-address.ts'
import { eventually } from '../../../support/apps/running-app.ts'
import { startRelay, startWorker } from '../../../support/apps/running-relay.ts'
import {
  connectRaw,
  keepAliveAgent,
  open,
  parseResponse,
  rawPost,
  readResponse,
  responseOf,
  send,
  sendBytes,
} from '../../../support/clients/http-client.ts'

/** Starts a primary whose responses `respond` makes, behind a worker. */
const start = (respond: RequestListener) => startRelay(createServer(respond))

/** Lets the primary listen on TCP, too. @returns the port. */
async function listen(primary: Server): Promise<number> {
  primary.listen(0, '127.0.0.1')
  await once(primary, 'listening')
  onTestFinished(() => void primary.close())
  return (primary.address() as AddressInfo).port
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

/** Starts a primary that keeps the fields and the body of the last request. */
async function startRecorder() {
  const received = {
    method: '',
    url: '',
    rawHeaders: [] as string[],
    body: '',
    address: '' as string | undefined,
  }
  const relay = await start((request, response) => {
    const { method = '', url = '', rawHeaders } = request
    Object.assign(received, { method, url, rawHeaders, address: peerAddress(request) })
    const respond = (body: Buffer): void => {
      received.body = body.toString('latin1')
      response.end('ok')
    }
    bodyOf(request).then(respond, () => response.destroy())
  })
  return { relay, received }
}

describe('a relayed request', () => {
  it('keeps its method, its URL, its fields in order, spelling and number, and its body', async () => {
    const { relay, received } = await startRecorder()
    const fields = ['X-A: 1', 'accept: \xe4\xff', 'x-a: 2', 'Cookie: a=1', 'X-A: ', 'cookie: b=2', 'X_Y: "z"']
    const head = ['Connection: close', ...fields, 'Content-LENGTH: 4']
    const bytes = rawPost('/a%2f/../b?x=%00', head, 'caf\xe9').replace('POST', 'REPORT')
    await sendBytes(relay.port, Buffer.from(bytes, 'latin1'))
    expect(received).toMatchObject({ method: 'REPORT', url: '/a%2f/../b?x=%00', body: 'caf\xe9' })
    const pairs = ['Host: balancer.test', ...fields, 'Content-LENGTH: 4'].map((field) => field.split(': '))
    expect(received.rawHeaders).toEqual(pairs.flat())
  })

  it('loses the fields of its connection and those that Connection names, but never its host or length', async () => {
    const { relay, received } = await startRecorder()
    const connection = 'Connection: close, X-Named, Host, Content-Length, X-Forwarded-For'
    const removed = [
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'x-named: 1',
      'Proxy-Connection: x',
      'Expect: 100-continue',
    ]
    await sendBytes(
      relay.port,
      rawPost('/', [connection, ...removed, 'X-Forwarded-For: a', 'X-Kept: 2'], 'body'),
    )
    expect(received.body).toBe('body')
    expect(received.rawHeaders.filter((_text, index) => index % 2 === 0)).toEqual([
      'Host',
      'X-Forwarded-For',
      'X-Kept',
      'Content-Length',
    ])
  })

  it.each(['GET', 'DELETE', 'POST'])('may have a chunked body, or none: %s', async (method) => {
    const { relay, received } = await startRecorder()
    const head = ['Connection: close', 'Transfer-Encoding: chunked']
    const chunked = rawPost('/', head, '3\r\nabc\r\n1\r\nd\r\n0\r\nX-Trailer: 1\r\n\r\n').replace(
      'POST',
      method,
    )
    await sendBytes(relay.port, chunked)
    expect(received).toMatchObject({ method, body: 'abcd' })
    expect(received.rawHeaders).toEqual(['Host', 'balancer.test', 'Transfer-Encoding', 'chunked'])
    await sendBytes(relay.port, `${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    expect(received).toMatchObject({ method, body: '', rawHeaders: ['Host', 'a'] })
  })

  it('tells the address of its client, which no client can set', async () => {
    const { relay, received } = await startRecorder()
    const forged = { 'x-lb-peer-address': '192.0.2.1', 'X-LB-Peer-Address': '192.0.2.2' }
    await send(relay.url, { headers: forged })
    expect(received.address).toBe('127.0.0.1')
    expect(received.rawHeaders.join().toLowerCase()).not.toContain('peer-address')
    await send(relay.url, { headers: { ...forged, connection: 'close, x-lb-peer-address' } })
    expect(received.address).toBe('127.0.0.1')
  })

  it('over TCP has the address of its connection, whatever its fields say', async () => {
    const primary = createServer((request, response) => response.end(peerAddress(request)))
    await startRelay(primary)
    const port = await listen(primary)
    const { text } = await send(`http://127.0.0.1:${port}/`, {
      headers: { 'x-lb-peer-address': '192.0.2.1' },
    })
    expect(text).toBe('127.0.0.1')
  })

  it('may have fields as long as a server reads', async () => {
    const primary = createNodeServer((_request, response) => response.end())
    const relay = await startRelay(primary)
    const port = await listen(primary)
    const statuses: number[] = []
    for (let length = 15_900; length < 16_400; length += 20) {
      const bytes = rawPost('/', ['Connection: close', `z: ${'z'.repeat(length)}`], '')
      const { status } = await sendBytes(port, bytes)
      expect([length, (await sendBytes(relay.port, bytes)).status]).toEqual([length, status])
      statuses.push(status)
    }
    expect([...new Set(statuses)]).toEqual([200, 431])
  })
})

describe('a relayed response', () => {
  it('keeps its status, its reason, its fields in order, spelling and number, and its body', async () => {
    const fields = [
      'Set-Cookie',
      'a=1',
      'X-B',
      '\xe4',
      'set-cookie',
      'b=2',
      'SET-COOKIE',
      'c=3',
      'content-length',
      '2',
    ]
    const relay = await start((_request, response) => {
      response.sendDate = false
      response.writeHead(299, 'Rather Fine', fields)
      response.end(Buffer.from('ok'))
    })
    const connection = await connectRaw(relay.port)
    connection.write(
      'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    await connection.closed
    const lines = [0, 2, 4, 6, 8].map((at) => `${fields[at]}: ${fields[at + 1]}\r\n`).join('')
    const response = (end: string): string => `HTTP/1.1 299 Rather Fine\r\n${lines}${end}\r\n\r\nok`
    expect(connection.text()).toBe(
      response('Connection: keep-alive\r\nKeep-Alive: timeout=72') + response('Connection: close'),
    )
  })

  it.each([
    ['HEAD', 200, { 'content-length': '7' }],
    ['HEAD', 200, {}],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"a"' }],
  ] as const)('without a body ends with its head: %s %d', async (method, status, headers) => {
    const relay = await start((_request, response) => response.writeHead(status, headers).end())
    const connection = await connectRaw(relay.port)
    const request = (fields: string): string => `${method} / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`
    connection.write(request('') + request('Connection: close\r\n'))
    await connection.closed
    expect(connection.text().match(/HTTP\/1\.1/g)).toHaveLength(2)
    expect(connection.text()).toMatch(/\r\n\r\n$/)
    expect(parseResponse(connection.text()).headers.get('content-length')).toBe(
      'content-length' in headers ? '7' : undefined,
    )
  })

  it('arrives piece by piece, and its head before any body', async () => {
    let primary: ServerResponse | undefined
    const relay = await start((_request, response) => {
      primary = response
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-a': '\xe4' }).write(Buffer.alloc(0))
    })
    const response = await responseOf(open(relay.url))
    expect(response.headers['x-a']).toBe('\xe4')
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      primary?.write(event)
      const [chunk] = (await once(response, 'data')) as [Buffer]
      expect(chunk.toString()).toBe(event)
    }
    primary?.end()
    await once(response, 'end')
  })
})

describe('back-pressure', () => {
  const CHUNK = Buffer.alloc(65_536, 'x')
  const CHUNKS = 1_024
  const MAX_HELD_BYTES = 1_048_576
  const chunks = (onChunk: (count: number) => void) =>
    Readable.from(
      (function* () {
        for (let count = 1; count <= CHUNKS; count += 1) {
          onChunk(count)
          yield CHUNK
        }
      })(),
      { objectMode: false },
    )
  /** Bytes that all buffers between both ends hold: those of the worker, of both processes' streams and of the kernel. */
  const trackHeld = () => {
    let sent = 0
    let received = 0
    let mostHeld = 0
    return {
      onChunk: (count: number) => void (sent = count * CHUNK.length),
      async read(source: Readable): Promise<void> {
        for await (const part of source as AsyncIterable<Buffer>) {
          received += part.length
          mostHeld = Math.max(mostHeld, sent - received)
          // Slower than the sender.
          await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
        }
      },
      figures: () => ({ received, mostHeld }),
    }
  }
  /** The kernel's buffers of a TCP connection grow to several megabytes. */
  const KERNEL_BYTES = 16_777_216

  it('of a slow client stops the primary', async () => {
    const held = trackHeld()
    const relay = await start((_request, response) => void pipeline(chunks(held.onChunk), response))
    let mostBuffered = 0
    relay.server.on('request', (_request, response: ServerResponse) => {
      const write = response.write.bind(response)
      response.write = (...given: unknown[]) => {
        const isFree = (write as (...written: unknown[]) => boolean)(...given)
        mostBuffered = Math.max(mostBuffered, response.writableLength)
        return isFree
      }
    })
    await held.read(await responseOf(open(relay.url)))
    expect(held.figures().received).toBe(CHUNKS * CHUNK.length)
    expect(held.figures().mostHeld).toBeLessThan(KERNEL_BYTES)
    expect(mostBuffered).toBeLessThan(MAX_HELD_BYTES)
  })

  it('of a slow primary stops the client', async () => {
    const held = trackHeld()
    const relay = await start((request, response) => {
      void held.read(request).then(() => response.end('ok'))
    })
    const client = request(relay.url, { method: 'POST' })
    const [response] = await Promise.all([responseOf(client), pipeline(chunks(held.onChunk), client)])
    expect((await readResponse(response)).text).toBe('ok')
    expect(held.figures().received).toBe(CHUNKS * CHUNK.length)
    expect(held.figures().mostHeld).toBeLessThan(KERNEL_BYTES)
  })
})

describe('a client that leaves', () => {
  /** Starts a primary that tells of each request when it is begun, and when its client is gone. */
  async function startWatched(respond: (response: ServerResponse) => void) {
    const counts = { begun: 0, gone: 0 }
    const relay = await start((request, response) => {
      counts.begun += 1
      response.once('close', () => (counts.gone += response.writableFinished ? 0 : 1))
      request.on('error', () => undefined)
      respond(response)
    })
    return { relay, counts }
  }
  const begun = (counts: { begun: number }, count: number) =>
    eventually(() => expect(counts.begun).toBe(count))
  const gone = (counts: { gone: number }, count: number) => eventually(() => expect(counts.gone).toBe(count))

  it('before the response ends the request of the primary', async () => {
    const { relay, counts } = await startWatched(() => undefined)
    const client = open(relay.url)
    await begun(counts, 1)
    client.destroy()
    await gone(counts, 1)
    expect(relay.failures).toEqual([])
  })

  it('during its upload ends the request of the primary', async () => {
    const { relay, counts } = await startWatched(() => undefined)
    const connection = await connectRaw(relay.port)
    connection.write(rawPost('/', ['Content-Length: 1000'], 'x'))
    await begun(counts, 1)
    connection.socket.destroy()
    await gone(counts, 1)
  })

  it('during the response ends the request of the primary', async () => {
    const { relay, counts } = await startWatched((response) => response.write('a'))
    const client = open(relay.url)
    await once(await responseOf(client), 'data')
    client.destroy()
    await gone(counts, 1)
  })

  it('ends also the requests whose responses wait for others on its connection', async () => {
    const big = Buffer.alloc(4_194_304)
    const { relay, counts } = await startWatched((response) => response.write(big))
    const connection = await connectRaw(relay.port)
    connection.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20))
    await begun(counts, 20)
    connection.socket.destroy()
    await gone(counts, 20)
  })
})

describe('a primary', () => {
  it('that is not there costs a 502', async () => {
    const worker = await startWorker('/tmp/no-such-directory/primary.sock')
    const response = await send(`${worker.url}/v1/models`, { headers: { 'x-request-id': 'given' } })
    expect(response).toMatchObject({ status: 502, isComplete: true })
    expect(response.json()).toMatchObject({ code: 'LB_ERR_UPSTREAM_UNREACHABLE', request_id: 'given' })
    expect(response.headers).toMatchObject({ 'x-request-id': 'given', 'x-content-type-options': 'nosniff' })
    expect(worker.failures).toHaveLength(1)
    const operator = await send(`${worker.url}/admin/api/state`)
    expect(operator.headers['content-type']).toContain('application/problem+json')
  })

  it('that breaks off before its response costs a 502, also during the upload', async () => {
    const relay = await start(({ socket }) => socket.destroy())
    expect((await send(relay.url)).status).toBe(502)
    const refused = await sendBytes(relay.port, rawPost('/', ['Content-Length: 1000000'], 'x'))
    expect([refused.status, refused.headers.get('connection')]).toEqual([502, 'close'])
    expect(relay.failures).toHaveLength(2)
  })

  it('that breaks off during its response cuts the connection of the client', async () => {
    const relay = await start(({ socket }, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('12345', () => socket.destroy())
    })
    const response = await readResponse(await responseOf(open(relay.url)))
    expect(response).toMatchObject({ status: 200, text: '12345', isComplete: false })
    expect(relay.failures).toEqual([])
  })

  it('that says that it closes the connection has the worker close that of the client', async () => {
    const relay = await start((_request, response) => response.setHeader('connection', 'close').end('ok'))
    const { status, headers, body } = await sendBytes(relay.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect([status, headers.get('connection'), body]).toEqual([200, 'close', 'ok'])
  })

  it('that responds before the body has arrived is heard, and the rest of the body is discarded', async () => {
    const relay = await start((_request, response) => response.end('early'))
    const connection = await connectRaw(relay.port)
    connection.write(rawPost('/', ['Content-Length: 100000'], 'x'))
    await eventually(() => expect(connection.text()).toMatch(/early$/))
    connection.write(`${'x'.repeat(99_999)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    await connection.closed
    expect(connection.text().match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  })

  it.each([200, 1_000])(
    'serves %d requests at once, and further ones on the same connections',
    async (count) => {
      const connections = new Set<unknown>()
      let waiting: (() => void)[] = []
      const relay = await start((request, response) => {
        connections.add(request.socket)
        waiting.push(() => response.end(request.url))
        if (waiting.length < count) return
        for (const respond of waiting) respond()
        waiting = []
      })
      const agent = keepAliveAgent()
      for (const round of ['a', 'b', 'c']) {
        const urls = Array.from({ length: count }, (_, index) => `/${round}${index}`)
        const responses = await Promise.all(urls.map((url) => send(relay.url + url, { agent })))
        expect(responses.map(({ text }) => text)).toEqual(urls)
      }
      // The relay keeps up to 256 idle ones.
      expect(connections.size).toBeLessThanOrEqual(count + 2 * Math.max(0, count - 256))
    },
  )
})

describe('the private listener', () => {
  it('can be reached by its own user alone, and leaves nothing behind', async () => {
    const listener = await createPrivateListener(createServer())
    const directory = dirname(listener.socketPath)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    await listener.close(0)
    expect(existsSync(directory)).toBe(false)
  })

  it('waits for open requests when it closes, and cuts them when the time is over', async () => {
    const responses: ServerResponse[] = []
    const primary = createServer((_request, response) => void responses.push(response))
    const begun = (count: number) => eventually(() => expect(responses).toHaveLength(count))
    const first = await createPrivateListener(primary)
    const response = send((await startWorker(first.socketPath)).url)
    await begun(1)
    const closed = first.close(60_000)
    responses[0]?.end('whole')
    expect((await response).text).toBe('whole')
    await closed

    const second = await createPrivateListener(primary)
    const cut = send((await startWorker(second.socketPath)).url)
    await begun(2)
    await second.close(0)
    expect((await cut).status).toBe(502)
  })
})
