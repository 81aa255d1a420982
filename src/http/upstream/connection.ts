// One connection to an upstream: it serves one request after another.
import type { Connection, ConnectionOptions, Exchange } from './exchange.ts'
import { openSocket } from './open-socket.ts'
import {
  createResponseParser,
  expectResponse,
  isCompleteAtClose,
  readBody,
  readHead,
  type ResponseParser,
} from './response-parser.ts'
import { sendStream } from './send-stream.ts'
import { limitTime, restartTime } from './time-limit.ts'
import { upstreamError } from './upstream-error.ts'

// Both are written in one piece: one copy is cheaper than a list of two pieces for the kernel.
const SHORT_BYTES = 16_384

const breakCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UPSTREAM_CONNECTION_CLOSED'])

/** Ends the connection without telling its exchange. */
export function closeConnection(connection: Connection): void {
  connection.stopSending?.()
  connection.stopSending = undefined
  clearTimeout(connection.timer)
  connection.limitMs = 0
  if (!connection.isGone) {
    connection.isGone = true
    connection.options.onGone(connection)
  }
  connection.socket.destroy()
}

/** Ends the connection, and its exchange with the error. */
export function failConnection(connection: Connection, error: Error): void {
  const { exchange, isOpen, hasBytes, exchanges } = connection
  connection.exchange = undefined
  closeConnection(connection)
  if (exchange === undefined) return
  exchange.connection = undefined
  const isBreak = isOpen && !hasBytes && 'code' in error && breakCodes.has(error.code)
  exchange.handler.onError(error, { wasConnected: isOpen, isBreak, wasUsed: exchanges > 1 })
}

/** It was idle, or its upstream silent, for as long as it may be. */
function expire(connection: Connection): void {
  const { exchange, parser, stopSending, socket, limitMs } = connection
  if (exchange === undefined) return closeConnection(connection)
  // While the balancer itself does not read or has nothing to send, the upstream cannot go on.
  if (exchange.isPaused || (stopSending && !socket.writableNeedDrain))
    return limitTime(connection, limitMs, expire)
  failConnection(
    connection,
    upstreamError(parser.head === undefined ? 'UPSTREAM_RESPONSE_TIMEOUT' : 'UPSTREAM_BODY_TIMEOUT'),
  )
}

/** Closes the connection when it has had no exchange for so long. */
export function limitIdleTime(connection: Connection, idleMs: number): void {
  limitTime(connection, idleMs, expire)
}

function send(connection: Connection, { head, body, isHeadRequest, timeoutMs }: Exchange): void {
  const { socket } = connection
  connection.exchanges += 1
  expectResponse(connection.parser, isHeadRequest)
  limitTime(connection, timeoutMs, expire)
  if (body === null) socket.write(head, 'latin1')
  else if (!Buffer.isBuffer(body)) {
    socket.write(head, 'latin1')
    connection.stopSending = sendStream(socket, body, {
      onProgress: () => restartTime(connection),
      onSent: () => void (connection.stopSending = undefined),
      onError: (error) => failConnection(connection, error),
    })
  } else if (body.length <= SHORT_BYTES) socket.write(head + body.toString('latin1'), 'latin1')
  else {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
  }
}

/** @param connection - one that has no exchange. */
export function beginExchange(connection: Connection, exchange: Exchange): void {
  connection.exchange = exchange
  connection.hasBytes = false
  exchange.connection = connection
  if (connection.isOpen) send(connection, exchange)
}

/** The connection is free before the handler is told, which may begin the next exchange. */
function complete(connection: Connection, exchange: Exchange): void {
  const { parser, socket } = connection
  connection.exchange = exchange.connection = undefined
  const isFree =
    parser.head?.keepsAlive === true &&
    !parser.hasExcess &&
    !connection.isLast &&
    connection.stopSending === undefined &&
    socket.writableLength === 0
  if (isFree) {
    if (exchange.isPaused) socket.resume()
    connection.options.onFree(connection)
  } else closeConnection(connection)
  // The collector would copy the heads of all idle connections, and then keep them until it has marked the whole memory.
  parser.head = parser.chunks = undefined
  exchange.handler.onEnd()
}

function read(connection: Connection, exchange: Exchange, bytes: Buffer): void {
  const { parser } = connection
  let rest = bytes
  if (parser.head === undefined) {
    const following = readHead(parser, bytes)
    // TypeScript does not see that `readHead` sets it.
    const head = parser.head as ResponseParser['head']
    if (following === undefined || head === undefined) return
    rest = following
    exchange.handler.onResponse(head.status, head.headers)
    if (connection.exchange !== exchange) return
  }
  const data = readBody(parser, rest)
  // Interim responses do not count, so that an endless series of them times out.
  if (!parser.isComplete) restartTime(connection)
  if (data.length > 0) exchange.handler.onData(data)
  if (parser.isComplete && connection.exchange === exchange) complete(connection, exchange)
}

function receive(connection: Connection, bytes: Buffer): void {
  const { exchange } = connection
  // Bytes that were not asked for would be taken for the next response.
  if (exchange === undefined) return closeConnection(connection)
  connection.hasBytes = true
  try {
    read(connection, exchange, bytes)
  } catch (error) {
    if (connection.exchange !== exchange) throw error
    failConnection(connection, error instanceof Error ? error : new Error(String(error)))
  }
}

function onClosed(connection: Connection): void {
  const { exchange, parser } = connection
  if (exchange === undefined) return closeConnection(connection)
  if (isCompleteAtClose(parser)) return complete(connection, exchange)
  const isCut = typeof parser.head?.framing === 'number'
  failConnection(connection, upstreamError(isCut ? 'UPSTREAM_RESPONSE_CUT' : 'UPSTREAM_CONNECTION_CLOSED'))
}

/** Begins to connect; the exchange that it is given meanwhile is sent when it is open. */
export function openConnection(options: ConnectionOptions): Connection {
  const socket = openSocket(options, options.session, (bytes) => receive(connection, bytes))
  const connection: Connection = {
    socket,
    options,
    parser: createResponseParser(),
    exchange: undefined,
    isOpen: false,
    isGone: false,
    isLast: false,
    exchanges: 0,
    hasBytes: false,
    stopSending: undefined,
    sinceMs: 0,
    limitMs: 0,
    firesAtMs: 0,
    timer: undefined,
  }
  const connectTimer = setTimeout(
    () => failConnection(connection, upstreamError('UPSTREAM_CONNECT_TIMEOUT')),
    options.connectTimeoutMs,
  )
  socket
    .once(options.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(connectTimer)
      connection.isOpen = true
      if (connection.exchange) send(connection, connection.exchange)
    })
    .on('session', options.onSession)
    .on('error', (error) => failConnection(connection, error))
    .once('end', () => onClosed(connection))
    .once('close', () => {
      clearTimeout(connectTimer)
      onClosed(connection)
    })
  return connection
}

export function pauseExchange(exchange: Exchange): void {
  exchange.isPaused = true
  exchange.connection?.socket.pause()
}

export function resumeExchange(exchange: Exchange): void {
  exchange.isPaused = false
  const { connection } = exchange
  if (connection === undefined) return
  restartTime(connection)
  connection.socket.resume()
}

/** Destroys the connection; no callback follows. */
export function abortExchange(exchange: Exchange): void {
  const { connection } = exchange
  if (connection === undefined) return
  exchange.connection = connection.exchange = undefined
  closeConnection(connection)
}
