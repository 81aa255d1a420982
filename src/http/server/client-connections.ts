// Serves the clients' connections of a server: plain requests itself, any other by the server, which gets the connection for the
// rest of its life. So each request is read by one of two parsers, and what the shorter one reads could not be read otherwise.
import { channel } from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import { Socket, type SocketConstructorOpts } from 'node:net'
import { createDeadlines } from '../deadlines.ts'
import { readInto } from '../read-buffer.ts'
import type { PlainConnection, PlainConnectionOptions } from './connection-record.ts'
import { isIdle, receive, refuseSlowBody, servePlainRequests } from './plain-connection.ts'
import { cutStalledClients } from './stalled-clients.ts'

/** A connection as the system knows it. */
type Handle = object

// A request that a client sends at the last moment is on its way; node:http waits for as long.
const MARGIN_MS = 1_000

/** As Node.js publishes each socket that it accepts. */
const accepted = channel('net.server.socket')

export interface ClientConnections {
  /** Serves what the server accepts once it listens. */
  attach(server: Server): void
  /**
   * Serves a connection that has been accepted elsewhere.
   * @param server - gets requests that are not plain; not listening itself, it has emitted `listening`.
   * @param onClosed - called as the connection closes.
   */
  serve(server: Server, handle: Handle, onClosed?: () => void): void
  /** The number of open ones, whichever way they are served. */
  open(): number
  /** Closes those that wait for a further request. */
  closeIdle(): void
  closeAll(): void
}

interface ClientConnectionsOptions extends Pick<PlainConnectionOptions, 'serve'> {
  /** For which clients may expect an idle connection to be kept. */
  readonly keepAliveMs: number
  /** Within which a body has to arrive. */
  readonly bodyTimeoutMs: number
  /** For which a client may read nothing of what waits for it. */
  readonly stallMs: number
  /** Bytes that wait for a client before it counts as slow. */
  readonly highWaterMark: number
}

/** The internal field by which the cluster module takes connections too. */
type ListeningServer = Server & {
  readonly _handle: { onconnection: (error: number, handle: Handle | undefined) => void } | null
}

/** As a listening server makes its sockets. Node.js takes handles, which its types do not say. */
function openSocket(
  handle: Handle,
  highWaterMark: number,
  onBytes: (bytes: Buffer) => boolean | undefined,
): Socket {
  const options = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    readableHighWaterMark: highWaterMark,
    writableHighWaterMark: highWaterMark,
    onread: readInto(onBytes),
  }
  const socket = new Socket(options as unknown as SocketConstructorOpts)
  socket.setNoDelay(true)
  return socket
}

export function createClientConnections(options: ClientConnectionsOptions): ClientConnections {
  const plainOptions: PlainConnectionOptions = {
    serve: options.serve,
    keepAliveS: options.keepAliveMs / 1000,
    times: {
      idle: createDeadlines(options.keepAliveMs + MARGIN_MS, ({ socket }) => void socket.destroy()),
      body: createDeadlines(options.bodyTimeoutMs, refuseSlowBody),
    },
  }
  const sockets = new Set<Socket>()
  const cutStalled = cutStalledClients(sockets, options.stallMs)
  /** Those that have not been handed over. */
  const plain = new Set<PlainConnection>()

  const serve = (server: Server, handle: Handle, onClosed?: () => void): void => {
    let connection: PlainConnection | undefined
    const socket = openSocket(handle, options.highWaterMark, (bytes) => {
      // While node:http reads from the handle itself, nothing comes here.
      if (connection === undefined) return socket.push(Buffer.from(bytes))
      receive(connection, bytes)
      return undefined
    })
    sockets.add(socket)
    cutStalled()
    if (accepted.hasSubscribers) accepted.publish({ socket })
    connection = servePlainRequests(socket, plainOptions, {
      handOver(bytes) {
        if (connection) plain.delete(connection)
        connection = undefined
        socket.unshift(Buffer.from(bytes))
        server.emit('connection', socket)
      },
      refuse: (error) => void server.emit('clientError', error, socket),
    })
    plain.add(connection)
    socket
      // It closes.
      .on('error', () => undefined)
      .once('close', () => {
        sockets.delete(socket)
        if (connection) plain.delete(connection)
        onClosed?.()
      })
  }

  return {
    attach(server) {
      server.on('listening', () => {
        const { _handle: listening } = server as ListeningServer
        // A connection that could not be accepted comes as undefined.
        if (listening) listening.onconnection = (_error, handle) => handle && serve(server, handle)
      })
    },
    serve,
    open: () => sockets.size,
    closeIdle() {
      for (const connection of plain) if (isIdle(connection)) connection.socket.destroy()
    },
    closeAll() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
