import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rawPost } from '../../support/clients/http-client.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const EVENT = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(16_000)}"}}]}\n\n`
const MIB = 1024 * 1024
// Bytes that two pairs of sockets on one machine buffer at most, and the balancer's own buffers.
const MOST_HELD = 48 * MIB
const ENDLESS = 512 * MIB
const HIGH_WATER_MARK = 16_384
/** The most bytes that are read from an upstream at once. */
const ONE_READ = 65_536
// Sizes of chunks and line ends.
const FRAMING = 2_048

/** An upstream that sends as fast as it is read and counts the bytes. */
async function startFlood(head: Record<string, string>) {
  const flood = { sent: 0, isBlocked: false, closed: 0 }
  const pour = (response: ServerResponse): void => {
    while (flood.sent < ENDLESS) {
      flood.sent += EVENT.length
      if (!response.write(EVENT)) {
        flood.isBlocked = true
        response.once('drain', () => {
          flood.isBlocked = false
          pour(response)
        })
        return
      }
    }
  }
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(200, head)
    response.once('close', () => (flood.closed += 1))
    pour(response)
  })
  return { ...upstream, flood }
}

/** A client that sends its request and reads nothing. */
async function connectDeaf(app: RunningApp, body: object): Promise<Socket> {
  const socket = connect({ port: app.port, host: '127.0.0.1' })
  socket.pause()
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(rawPost(CHAT, [], JSON.stringify(body)))
  return socket
}

/** @returns what finds the balancer's end of a client's connection, of those that are opened from now on. */
function watchConnections(app: RunningApp): (client: Socket) => Socket | undefined {
  const sockets: Socket[] = []
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    if (socket.localPort === app.port) sockets.push(socket)
  }
  subscribe('net.server.socket', onSocket)
  onTestFinished(() => void unsubscribe('net.server.socket', onSocket))
  return ({ localPort }) => sockets.find(({ remotePort }) => remotePort === localPort)
}

/** Waits until nothing has been sent for a while. */
async function untilStill(flood: { sent: number }): Promise<number> {
  let before = -1
  await eventually(async () => {
    before = flood.sent
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(flood.sent).toBeGreaterThan(0)
    expect(flood.sent).toBe(before)
  })
  return before
}

describe('a client that stops reading', () => {
  it.each([
    ['a stream', { 'content-type': 'text/event-stream' }, { stream: true }],
    [
      'a stream with its usage',
      { 'content-type': 'text/event-stream' },
      { stream: true, stream_options: { include_usage: true } },
    ],
    ['a long unstreamed answer', { 'content-type': 'application/json' }, {}],
  ])('pauses reading %s from the upstream, and resumes it', async (_name, head, fields) => {
    const app = await startApp()
    const { baseUrl, flood } = await startFlood(head)
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const accepted = watchConnections(app)
    const socket = await connectDeaf(app, chatOf(fields))
    const held = await untilStill(flood)
    expect(flood.isBlocked).toBe(true)
    expect(held).toBeLessThan(MOST_HELD)
    expect(accepted(socket)?.writableLength).toBeLessThan(HIGH_WATER_MARK + ONE_READ + FRAMING)
    // Other clients are served meanwhile.
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ inflight: 1 })
    const other = await app.admin.endpoint('other', app.backend.baseUrl)
    await app.admin.patchEndpoint(app.endpoint.id, { connected: false })
    const answer = await app.post(CHAT, chatOf({ stream: true }))
    expect([answer.status, answer.headers['x-lb-endpoint']]).toEqual([200, other.name])

    let read = 0
    socket.on('data', (chunk: Buffer) => (read += chunk.length))
    socket.resume()
    await eventually(() => expect(read).toBeGreaterThan(held + 10 * MIB))
    socket.destroy()
    await eventually(() => expect(flood.closed).toBe(1))
    await app.settled()
  })

  it('has no more than 16 KiB of small events waiting for it', async () => {
    const app = await startApp()
    const accepted = watchConnections(app)
    const event = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(900)}"}}]}\n\n`
    const { baseUrl } = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // One at a turn of the event loop, so that it is read before the next.
      const send = (): void => {
        if (response.destroyed) return
        response.write(event)
        if (response.writableLength < MIB) setImmediate(send)
      }
      send()
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const socket = await connectDeaf(app, chatOf({ stream: true }))
    await eventually(() => expect(accepted(socket)?.writableNeedDrain).toBe(true))
    expect(accepted(socket)?.writableLength).toBeLessThan(HIGH_WATER_MARK + FRAMING)
    socket.destroy()
    await app.settled()
  })

  it('is cut after the stall timeout, and so is the connection to the backend', async () => {
    const app = await startApp({ environment: { LB_CLIENT_STALL_SECONDS: '0.5' } })
    const { baseUrl, flood } = await startFlood({ 'content-type': 'text/event-stream' })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const socket = await connectDeaf(app, chatOf({ stream: true }))
    await eventually(() => expect(flood.closed).toBe(1))
    await app.settled()
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 0, total_requests: 1 })
    expect(await app.requestLines()).toMatchObject([{ status: 499, outcome: 'aborted' }])
    socket.resume()
    await once(socket, 'close')
  })

  it('is cut as well where the backend has sent the complete response', async () => {
    const app = await startApp({ environment: { LB_CLIENT_STALL_SECONDS: '0.5' } })
    let answered = 0
    const { baseUrl } = await startUpstream((_request, response) => {
      answered += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      // Single chunks would be stopped by back-pressure before the end; one large chunk has been taken completely.
      response.end(`{"choices":["${'x'.repeat(12 * MIB)}"]}`)
    })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const socket = await connectDeaf(app, chatOf())
    const closed = once(socket, 'close')
    await eventually(() => expect(answered).toBe(1))
    await eventually(async () => expect(await app.requestLines()).toHaveLength(1))
    socket.resume()
    await closed
    await app.settled()
  })

  it('is not cut while it reads slowly', async () => {
    const app = await startApp({ environment: { LB_CLIENT_STALL_SECONDS: '2' } })
    const { baseUrl, flood } = await startFlood({ 'content-type': 'text/event-stream' })
    await app.admin.patchEndpoint(app.endpoint.id, { base_url: baseUrl })
    const socket = await connectDeaf(app, chatOf({ stream: true }))
    await untilStill(flood)
    const closed = once(socket, 'close')
    // For three seconds at least, the client reads a piece of the response every tenth of a second.
    for (let tick = 0; tick < 30 && !socket.closed; tick += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      for (let bytes = 0; bytes < MIB && !socket.closed;) {
        const chunk = socket.read() as Buffer | null
        if (chunk === null) await Promise.race([once(socket, 'readable'), closed])
        else bytes += chunk.length
      }
    }
    expect(socket.closed).toBe(false)
    expect((await app.admin.state()).stats.total_inflight).toBe(1)
    socket.destroy()
    await app.settled()
  })
})
