// Upstreams with behaviour that the simulated backend lacks, defined by the test.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Upstream {
  /** Ends in /v1. */
  readonly baseUrl: string
  /** Every accepted connection. */
  readonly sockets: ReadonlySet<Socket>
}

/** Starts the server on a free port, until the test ends. */
export async function listenAsUpstream(server: Server): Promise<Upstream> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, sockets }
}

/** @param respond - called when a request's body has arrived. */
export function startUpstream(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Upstream> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => respond(request, response))
  })
  // Longer than any test, so that a slow machine does not close a connection that a test reuses.
  server.keepAliveTimeout = 60_000
  return listenAsUpstream(server)
}

/** @param respond - called with the socket at the first bytes of a request. */
export const startRawUpstream = (respond: (socket: Socket) => void): Promise<Upstream> =>
  listenAsUpstream(createTcpServer((socket) => void socket.once('data', () => respond(socket))))

/**
 * @param respond - called at the bytes of each short request, which come in one piece, with the number of requests that
 * its connection has carried. `stop` refuses further connections.
 */
export async function startConnections(
  respond: (socket: Socket, requests: number, bytes: Buffer) => void,
): Promise<Upstream & { readonly requests: () => number; readonly stop: () => void }> {
  let total = 0
  const server = createTcpServer((socket) => {
    let requests = 0
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => {
      total += 1
      respond(socket, (requests += 1), bytes)
    })
  })
  return { ...(await listenAsUpstream(server)), requests: () => total, stop: () => void server.close() }
}
