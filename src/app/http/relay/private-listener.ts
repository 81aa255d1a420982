// The primary's side of the relay: lets its HTTP server serve the requests that workers relay over a Unix socket.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { LISTEN_BACKLOG } from '../../../http/listen-backlog.ts'
import { setPeerAddress } from '../../../http/peer-address.ts'
import { MAX_RELAYED_HEADER_BYTES, PEER_ADDRESS_FIELD } from './relayed-headers.ts'

export interface PrivateListener {
  readonly socketPath: string
  /** Waits for open requests and upgraded connections, cuts the remaining ones after the timeout, and removes the socket. */
  close(timeoutMs: number): Promise<void>
}

const SWEEP_MS = 50

/** Takes the client's address out of the first field, where the relay has put it. */
function takePeerAddress(request: IncomingMessage): void {
  const { headers, rawHeaders } = request
  if (rawHeaders[0] !== PEER_ADDRESS_FIELD) return
  setPeerAddress(request, rawHeaders[1] ?? '')
  rawHeaders.splice(0, 2)
  delete headers[PEER_ADDRESS_FIELD]
}

/** A server that hands all it receives to the listeners of another. Limits of time are kept by the workers. */
function createPrivateServer(target: Server): Server {
  const server = createServer(
    {
      keepAliveTimeout: 0,
      headersTimeout: 0,
      requestTimeout: 0,
      maxHeaderSize: MAX_RELAYED_HEADER_BYTES,
      requireHostHeader: false,
    },
    (request, response) => {
      takePeerAddress(request)
      target.emit('request', request, response)
    },
  )
  server.maxHeadersCount = 0
  server.on('upgrade', (request, socket, head) => {
    takePeerAddress(request)
    if (!target.emit('upgrade', request, socket, head)) socket.destroy()
  })
  server.on('clientError', (error, socket) => {
    if (!target.emit('clientError', error, socket)) socket.destroy()
  })
  return server
}

/**
 * Listens on a Unix socket that only this user can reach: in a new directory, which `mkdtemp` makes with mode 0700.
 * @param target - its listeners of requests and upgrades serve what arrives; it need not listen itself.
 */
export async function createPrivateListener(target: Server): Promise<PrivateListener> {
  const directory = await mkdtemp(join(tmpdir(), 'llm-load-balancer-'))
  const socketPath = join(directory, 'primary.sock')
  const server = createPrivateServer(target)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // A Unix socket refuses connections beyond it at once.
  server.listen({ path: socketPath, backlog: LISTEN_BACKLOG })
  await once(server, 'listening')
  return {
    socketPath,
    async close(timeoutMs) {
      const closed = once(server, 'close')
      server.close()
      // As in a drain: connections become idle after the listener has closed.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, timeoutMs)
      await closed
      clearInterval(sweep)
      clearTimeout(cut)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
