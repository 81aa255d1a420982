// Starts servers for the tests of client connections, and sends them bytes.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { createClientErrorHandler } from '../../../src/app/http/client-error-handler.ts'
import { createNodeServer } from '../../../src/app/http/create-node-server.ts'
import {
  createClientConnections,
  type ClientConnections,
} from '../../../src/http/server/client-connections.ts'
import type { HttpRequest, HttpResponse } from '../../../src/http/server/http-messages.ts'

export type Handle = (request: HttpRequest, response: HttpResponse) => void

interface Serving {
  readonly server: Server
  readonly port: number
  readonly connections: ClientConnections
  /** How many requests each of the two has served. */
  readonly served: { plain: number; node: number }
}

interface ServingOptions {
  /** Whether plain requests are served without node:http. Default true. */
  readonly isDirect?: boolean
  readonly keepAliveMs?: number
  readonly highWaterMark?: number
  readonly bodyTimeoutMs?: number
  readonly stallMs?: number
}

/** Starts a server whose requests are all served by the same function. */
export async function startServing(
  handle: Handle,
  {
    isDirect = true,
    keepAliveMs = 72_000,
    bodyTimeoutMs = 300_000,
    stallMs = 60_000,
    highWaterMark = 16_384,
  }: ServingOptions = {},
): Promise<Serving> {
  const served = { plain: 0, node: 0 }
  const server = createNodeServer((request, response) => {
    served.node += 1
    handle(request, response)
  })
  const connections = createClientConnections({
    keepAliveMs,
    bodyTimeoutMs,
    stallMs,
    highWaterMark,
    serve(request, response) {
      served.plain += 1
      handle(request, response)
      return true
    },
  })
  server.on('clientError', refuseBadHttp)
  if (isDirect) connections.attach(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    connections.closeAll()
    server.closeAllConnections()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port, connections, served }
}

const refuseBadHttp = createClientErrorHandler('test')

/** Answers with what it has read of the request, once all of its body has come, or refuses it as the balancer does what is not HTTP. */
export const echo: Handle = (request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const { method, url, headers, rawHeaders } = request
    const body = Buffer.concat(parts).toString('latin1')
    const bytes = Buffer.from(JSON.stringify({ method, url, headers, rawHeaders, body }))
    response.writeHead(200, undefined, ['content-length', String(bytes.length)])
    response.end(bytes)
  })
  request.on('close', () => {
    if (!request.complete) refuseBadHttp(new Error('the body broke off'), request.socket as Socket)
  })
}

export async function connectTo(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

const INTERIM = 'HTTP/1.1 100 Continue\r\n\r\n'
const requestIds = /[0-9a-f]{8}-[0-9a-f-]{27}/g

/**
 * Sends bytes in the given pieces, each as a segment of its own, and closes this side.
 * @returns all that comes, without dates, random request ids and interim responses.
 */
export async function exchangeBytes(port: number, pieces: readonly Buffer[]): Promise<string> {
  const socket = await connectTo(port)
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  const received = text(socket.setEncoding('latin1')).catch(() => '')
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve))
  socket.end()
  return (await received)
    .replaceAll(/^Date: .*$/gm, 'Date: -')
    .replaceAll(requestIds, '-')
    .replaceAll(INTERIM, '')
}
