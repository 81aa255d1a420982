// Upgrades that a worker relays to the primary, over real sockets and with a real WebSocket library.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { peerAddress } from '../../../../src/http/peer-address.ts'
import { eventually } from '../../../support/apps/running-app.ts'
import { startRelay, startWorker } from '../../../support/apps/running-relay.ts'
import { connectRaw, parseResponse, send, sendBytes } from '../../../support/clients/http-client.ts'
import { onEnd } from '../../../support/lifetime.ts'

const UPGRADE =
  'GET /ws?a=%20 HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n'

/** Starts a primary whose WebSockets send back what they receive. */
async function startEcho() {
  const primary = createServer((_request, response) => response.end('no socket'))
  const sockets = new WebSocketServer({ noServer: true })
  primary.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('message', (data, isBinary) => opened.send(data, { binary: isBinary }))
    }),
  )
  onEnd(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  return { relay: await startRelay(primary), sockets }
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  onEnd(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

/** Starts a primary that hands the raw sockets of upgrades to the test. */
async function startRaw(upgrade: (socket: Duplex, head: Buffer, fields: readonly string[]) => void) {
  const primary = createServer((_request, response) => response.end())
  primary.on('upgrade', ({ rawHeaders }, socket, head) => {
    socket.on('error', () => undefined)
    upgrade(socket, head, rawHeaders)
  })
  return startRelay(primary)
}

describe('a WebSocket through the relay', () => {
  it('carries messages of any size in both directions, and its close', async () => {
    const { relay } = await startEcho()
    const socket = await openSocket(relay.url)
    for (const size of [0, 1, 125, 65_536, 8_388_608]) {
      const message = Buffer.alloc(size, 'x')
      socket.send(message)
      const [echo] = (await once(socket, 'message')) as [Buffer]
      expect(echo.equals(message)).toBe(true)
    }
    socket.close(4_000, 'done')
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
    expect([code, reason.toString()]).toEqual([4_000, 'done'])
  })

  it('ends with its client, and with the primary', async () => {
    const { relay, sockets } = await startEcho()
    const first = await openSocket(relay.url)
    first.terminate()
    await eventually(() => expect(sockets.clients.size).toBe(0))
    const second = await openSocket(relay.url)
    for (const socket of sockets.clients) socket.terminate()
    const [code] = (await once(second, 'close')) as [number]
    expect(code).toBe(1006)
  })

  it('ends where the relay closes, and where the listener does after its time', async () => {
    const { relay } = await startEcho()
    const first = await openSocket(relay.url)
    relay.relay.close()
    await once(first, 'close')
    const second = await openSocket(relay.url)
    await Promise.all([once(second, 'close'), relay.listener.close(0)])
  })

  it('leaves further requests to the worker as they are', async () => {
    const { relay } = await startEcho()
    await openSocket(relay.url)
    expect((await send(relay.url)).text).toBe('no socket')
  })
})

describe('an upgrade', () => {
  it('arrives with all its fields, with the address of the client, and with what follows it', async () => {
    let received:
      | { readonly fields: readonly string[]; readonly head: Buffer; readonly address: unknown }
      | undefined
    const primary = createServer()
    primary.on('upgrade', (request, socket, head) => {
      received = { fields: request.rawHeaders, head, address: peerAddress(request) }
      socket.end('HTTP/1.1 101 Fine\r\nSET-cookie: 1\r\nset-cookie: 2\r\n\r\nhello')
    })
    const relay = await startRelay(primary)
    const forged = UPGRADE.replace('X-A', 'X-LB-Peer-Address: 192.0.2.1\r\nX-A')
    const connection = await connectRaw(relay.port)
    connection.write(`${forged}first line\n`)
    await eventually(() => expect(connection.text()).toMatch(/hello$/))
    connection.socket.end()
    await connection.closed
    expect(connection.text()).toBe('HTTP/1.1 101 Fine\r\nSET-cookie: 1\r\nset-cookie: 2\r\n\r\nhello')
    expect(received?.fields.join()).toBe('Host,a,X-A,1,x-a,2,Connection,Upgrade,Upgrade,lines')
    expect(received?.head.toString()).toBe('first line\n')
    expect(received?.address).toBe('127.0.0.1')
  })

  it('that is refused brings the whole refusal, however large, even while the client sends', async () => {
    const body = 'x'.repeat(1_000_000)
    const refusal = `HTTP/1.1 403 No\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
    const relay = await startRaw((socket) => void socket.end(refusal))
    const connection = await connectRaw(relay.port)
    connection.write(UPGRADE)
    connection.write('y'.repeat(100_000))
    await connection.closed
    expect(connection.text()).toBe(refusal)
  })

  it('costs a 502 where the primary is not there, or breaks off before its response', async () => {
    const absent = await startWorker('/tmp/no-such-directory/primary.sock')
    const breaking = await startRaw((socket) => socket.destroy())
    for (const worker of [absent, breaking]) {
      const response = await sendBytes(worker.port, UPGRADE)
      expect([response.status, response.headers.get('connection')]).toEqual([502, 'close'])
      expect(JSON.parse(response.body)).toMatchObject({ code: 'LB_ERR_UPSTREAM_UNREACHABLE' })
      expect(worker.failures).toHaveLength(1)
    }
  })

  it('that no listener of the primary takes is closed', async () => {
    const relay = await startRelay(createServer())
    expect((await sendBytes(relay.port, UPGRADE)).status).toBe(502)
  })

  it('closes for the client where the primary ends its side, though the client sends nothing more', async () => {
    const relay = await startRaw((socket) => void socket.end('HTTP/1.1 101 Fine\r\n\r\n'))
    const connection = await connectRaw(relay.port)
    connection.write(UPGRADE)
    await connection.closed
    expect(parseResponse(connection.text()).status).toBe(101)
  })
})
