import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { createNodeServer } from '../../../src/app/http/create-node-server.ts'
import { acceptConnections } from '../../../src/cluster/primary/accept-connections.ts'
import { createClientConnections } from '../../../src/http/server/client-connections.ts'
import type { HttpResponse } from '../../../src/http/server/http-messages.ts'
import { connectTo, echo, exchangeBytes, startServing } from '../../support/apps/client-server.ts'

const HIGH_WATER_MARK = 1_234
const plain = (body = '', more = ''): string =>
  `POST /p HTTP/1.1\r\nHost: a\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`

/** A server that does not listen, with connections that another accepts. */
async function startHanded(host: string) {
  const server = createNodeServer((incoming, response) => {
    const { writableHighWaterMark: highWaterMark, allowHalfOpen, remoteAddress } = incoming.socket
    response.end(JSON.stringify({ highWaterMark, allowHalfOpen, remoteAddress }))
  })
  server.emit('listening')
  let closed = 0
  const connections = createClientConnections({
    keepAliveMs: 72_000,
    bodyTimeoutMs: 300_000,
    stallMs: 60_000,
    highWaterMark: HIGH_WATER_MARK,
    serve(incoming, response) {
      echo(incoming, response)
      return true
    },
  })
  const acceptor = await acceptConnections({ host, port: 0, backlog: 511 }, (handle) =>
    connections.serve(server, handle, () => (closed += 1)),
  )
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => {
    acceptor.close()
    agent.destroy()
    connections.closeAll()
  })
  const ask = async (method: string): Promise<unknown> => {
    const client = request({ host, port: acceptor.address.port, agent, method })
    client.end(method === 'POST' ? 'text' : undefined)
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    return JSON.parse(await text(response))
  }
  return { server, connections, acceptor, ask, closed: () => closed }
}

it('serve what another process has accepted as a listening server would, and close idle ones', async () => {
  const { server, connections, ask, closed } = await startHanded('127.0.0.1')
  expect(await ask('POST')).toMatchObject({ method: 'POST', body: 'text' })
  expect(connections.open()).toBe(1)
  const settings = { highWaterMark: HIGH_WATER_MARK, allowHalfOpen: true, remoteAddress: '127.0.0.1' }
  // On the same connection, which node:http serves from now on.
  expect(await ask('GET')).toEqual(settings)
  expect(await ask('POST')).toEqual(settings)
  expect([connections.open(), closed()]).toEqual([1, 0])
  await expect
    .poll(() => {
      server.closeIdleConnections()
      return [connections.open(), closed()]
    })
    .toEqual([0, 1])
})

it('are reached at a name that has several addresses', async () => {
  const { ask, acceptor } = await startHanded('localhost')
  expect(await ask('GET')).toMatchObject({ allowHalfOpen: true })
  acceptor.close()
})

it('cannot be accepted where the port is taken', async () => {
  const { acceptor } = await startHanded('127.0.0.1')
  await expect(
    acceptConnections({ ...acceptor.address, host: '127.0.0.1', backlog: 511 }, () => undefined),
  ).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' })
})

it('are closed by a drain once they have had a response and wait for a further request, not before', async () => {
  let waiting: HttpResponse | undefined
  const { port, connections } = await startServing((_request, response) => {
    if (waiting === undefined) waiting = response
    else response.writeHead(204, undefined, []).end()
  })
  const [busy, idle, unused] = [await connectTo(port), await connectTo(port), await connectTo(port)]
  busy.write(plain())
  await expect.poll(() => waiting).toBeDefined()
  idle.write(plain())
  await once(idle, 'data')
  const closed = once(idle.resume(), 'close')
  // Its response is in the system a little later than at the client.
  await expect
    .poll(() => {
      connections.closeIdle()
      return connections.open()
    })
    .toBe(2)
  await closed
  waiting?.writeHead(200, undefined, ['content-length', '2', 'connection', 'close']).end('ok')
  expect(await text(busy)).toMatch(/connection: close\r\n[^]*\r\n\r\nok$/)
  await expect.poll(() => connections.open()).toBe(1)
  connections.closeAll()
  unused.resume()
  await once(unused, 'close')
  await expect.poll(() => connections.open()).toBe(0)
})

it('are closed after the time for which idle ones are kept, but not while a response is awaited', async () => {
  let waiting: HttpResponse | undefined
  const { port, connections } = await startServing(
    (_request, response) => {
      waiting = response
    },
    { keepAliveMs: 50 },
  )
  const busy = await connectTo(port)
  busy.write(plain())
  await expect.poll(() => waiting).toBeDefined()
  const unused = (await connectTo(port)).resume()
  await once(unused, 'close')
  await expect.poll(() => connections.open()).toBe(1)
  waiting?.writeHead(200, undefined, ['content-length', '2']).end('ok')
  // It is idle from now on.
  expect(await text(busy)).toMatch(/Keep-Alive: timeout=0.05\r\n\r\nok$/)
})

it('are kept for a second longer than their clients are told, who may send a request at the last moment', async () => {
  const { port } = await startServing(echo, { keepAliveMs: 50 })
  const socket = await connectTo(port)
  socket.write(plain())
  await once(socket, 'data')
  const answeredMs = performance.now()
  await once(socket.resume(), 'close')
  expect(performance.now() - answeredMs).toBeGreaterThan(900)
})

it('take empty lines behind a request for nothing', async () => {
  const { port, served } = await startServing(echo)
  const socket = await connectTo(port)
  socket.write(`${plain('a')}\r\n`)
  await once(socket, 'data')
  socket.write('\r\n')
  socket.write(`\r\n\r\n${plain('b', 'Connection: close\r\n')}`)
  expect(await text(socket)).toContain('"body":"b"')
  expect(served).toEqual({ plain: 2, node: 0 })
})

it('are cut where the client reads nothing of what waits for it, whoever reads its requests', async () => {
  const bytes = 32 * 1024 * 1024
  const { port, connections } = await startServing(
    (_request, response) => {
      response.writeHead(200, undefined, ['content-length', String(bytes)]).end(Buffer.alloc(bytes))
    },
    // Longer than a busy machine keeps the client that reads waiting.
    { stallMs: 1_500 },
  )
  const [stalled, other, slow] = [await connectTo(port), await connectTo(port), await connectTo(port)]
  await expect.poll(() => connections.open()).toBe(3)
  stalled.write(plain())
  other.write(plain('', 'TE: trailers\r\n'))
  slow.pause().write(plain('', 'Connection: close\r\n'))
  let read = 0
  const reading = setInterval(() => (read += (slow.read() as Buffer | null)?.length ?? 0), 50)
  onTestFinished(() => clearInterval(reading))
  await expect.poll(() => connections.open()).toBe(1)
  expect(read).toBeLessThan(bytes)
  clearInterval(reading)
  expect(read + (await text(slow)).length).toBeGreaterThan(bytes)
})

it('refuse a body that has not come in time, and one whose response has begun is cut', async () => {
  const closed: string[] = []
  const { port } = await startServing(
    (incoming, response) => {
      if (incoming.url === '/begun')
        response.writeHead(200, undefined, ['content-length', '9']).write('begun')
      incoming.on('close', () => closed.push(incoming.url ?? ''))
    },
    { bodyTimeoutMs: 50 },
  )
  const [slow, begun] = [await connectTo(port), await connectTo(port)]
  slow.write('POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell')
  begun.write('POST /begun HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell')
  expect(await text(slow)).toMatch(/^HTTP\/1\.1 408 [^]*LB_ERR_REQUEST_TIMEOUT/)
  expect(await text(begun)).toMatch(/\r\n\r\nbegun$/)
  await expect.poll(() => closed.toSorted()).toEqual(['/begun', '/slow'])
})

it('take nothing that comes behind a request that closes the connection for another one', async () => {
  const { port, served } = await startServing(echo)
  const socket = await connectTo(port)
  socket.write(plain('a', 'Connection: close\r\n') + plain('b'))
  expect((await text(socket)).match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(served).toEqual({ plain: 1, node: 0 })
})

it.each(['', 'TE: trailers\r\n'])(
  'are cut in its turn by a response that broke off before: %j',
  async (field) => {
    const urls: string[] = []
    let first: HttpResponse | undefined
    const { port } = await startServing((incoming, response) => {
      urls.push(incoming.url ?? '')
      if (urls.length === 1) first = response
      else response.writeHead(200, undefined, ['content-length', '9']).write('begun')
      if (urls.length > 1) response.destroy()
    })
    const socket = await connectTo(port)
    socket.write(plain('', field) + plain('', field))
    // A plain one waits for its turn, while node:http reads it before.
    await expect.poll(() => urls).toHaveLength(field === '' ? 1 : 2)
    first?.writeHead(200, undefined, ['content-length', '2']).end('ok')
    expect(await text(socket)).toMatch(/\r\n\r\nok(?:HTTP|$)/)
    expect(urls).toHaveLength(2)
  },
)

it('hand a connection over with further requests that came behind a plain one', async () => {
  const { port, served } = await startServing(echo)
  const socket = await connectTo(port)
  socket.write(`${plain('a')}GET /g HTTP/1.1\r\nHost: a\r\n\r\n${plain('b', 'Connection: close\r\n')}`)
  const responses = await text(socket)
  expect(responses.match(/"method":"\w+"|"body":"\w*"/g)).toEqual([
    ...['"method":"POST"', '"body":"a"', '"method":"GET"', '"body":""', '"method":"POST"', '"body":"b"'],
  ])
  expect(served).toEqual({ plain: 1, node: 2 })
})

it('leave in the system what a client sends beyond 64 KiB behind a request that is being served', async () => {
  let waiting: HttpResponse | undefined
  const bodies: number[] = []
  const { port } = await startServing((incoming, response) => {
    let bytes = 0
    incoming.on('data', (part) => (bytes += part.length))
    incoming.on('end', () => {
      bodies.push(bytes)
      if (bodies.length === 1) waiting = response
      else response.writeHead(204, undefined, []).end()
    })
  })
  const large = 64 * 1024 * 1024
  const socket: Socket = await connectTo(port)
  socket.write(plain('first'))
  await expect.poll(() => waiting).toBeDefined()
  socket.write(`POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: ${large}\r\nConnection: close\r\n\r\n`)
  socket.write(Buffer.alloc(large))
  const accepted = waiting?.req.socket as Socket
  await expect.poll(() => accepted.isPaused()).toBe(true)
  expect(accepted.bytesRead).toBeLessThan(1024 * 1024)
  waiting?.writeHead(204, undefined, []).end()
  await text(socket)
  expect(bodies).toEqual([5, large])
})

it('read no more of an upgraded connection than is taken from it', async () => {
  const { server, port } = await startServing(echo)
  let upgraded: Duplex | undefined
  server.on('upgrade', (_request, socket: Duplex) => {
    upgraded = socket
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  const socket = await connectTo(port)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  await once(socket, 'data')
  const bytes = 32 * 1024 * 1024
  socket.end(Buffer.alloc(bytes))
  await expect.poll(() => upgraded?.readableLength).toBeGreaterThan(0)
  // The server reads meanwhile what it may.
  for (let turn = 0; turn < 50; turn += 1) await exchangeBytes(port, [Buffer.from(plain('a'))])
  expect(upgraded?.readableLength).toBeLessThan(1024 * 1024)
  let read = 0
  for await (const chunk of upgraded ?? []) read += (chunk as Buffer).length
  expect(read).toBe(bytes)
})
