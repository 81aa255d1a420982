// Serves connections that the primary has accepted, by a server that does not listen itself.
import type { Server } from 'node:http'
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { ConnectionHandle } from '../connection-handle.ts'

interface ServedConnections {
  serve(connection: ConnectionHandle): void
  /** The number of open ones. */
  open(): number
}

/** As a listening server makes its sockets. Node.js takes what it passes between processes as a handle, which its types do not say. */
const optionsOf = (handle: ConnectionHandle, highWaterMark: number) =>
  ({
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    readableHighWaterMark: highWaterMark,
    writableHighWaterMark: highWaterMark,
  }) as unknown as SocketConstructorOpts

/** @param onClosed - called as each connection closes. */
export function serveConnections(
  server: Server,
  highWaterMark: number,
  onClosed: () => void,
): ServedConnections {
  let open = 0
  // By it a server begins to keep the connections and the time limits of requests.
  server.emit('listening')
  return {
    open: () => open,
    serve(handle) {
      const socket = new Socket(optionsOf(handle, highWaterMark))
      socket.setNoDelay(true)
      open += 1
      socket.once('close', () => {
        open -= 1
        onClosed()
      })
      server.emit('connection', socket)
    },
  }
}
