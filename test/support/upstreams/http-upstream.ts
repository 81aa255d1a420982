// An upstream that does what the test says, for what no simulated backend does.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Upstream {
  /** Ends in /v1. */
  readonly baseUrl: string
  /** Every connection there was. */
  readonly sockets: ReadonlySet<Socket>
}

async function listen(server: Server): Promise<Upstream> {
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

/** @param answer - is called when a request's body has arrived. */
export function startUpstream(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Upstream> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response))
  })
  // Else a slow machine closes the connection that a test wants to see used again.
  server.keepAliveTimeout = 60_000
  return listen(server)
}

/** @param answer - is called with the socket at the first bytes of a request. */
export const startRawUpstream = (answer: (socket: Socket) => void): Promise<Upstream> =>
  listen(createTcpServer((socket) => void socket.once('data', () => answer(socket))))
