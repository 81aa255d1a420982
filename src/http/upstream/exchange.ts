// What a connection and the request that it serves know of each other: records that connection.ts works on.
import type { Socket } from 'node:net'
import type { SocketTarget } from './open-socket.ts'
import type { ResponseHeaders } from './response-head.ts'
import type { ResponseParser } from './response-parser.ts'
import type { StreamedBody } from './send-stream.ts'
import type { LimitedTime } from './time-limit.ts'

/** Called in this order: onResponse, any number of onData, then onEnd; or onError at any point. */
export interface ExchangeHandler {
  onResponse(status: number, headers: ResponseHeaders): void
  /** @param chunk - the handler may keep it. */
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: Error, failure: ExchangeFailure): void
}

interface ExchangeFailure {
  /** Whether the connection was established. */
  readonly wasConnected: boolean
  /** Whether an established connection broke after the request was begun and before any byte of a response. */
  readonly isBreak: boolean
  /** Whether that connection had served requests before: the upstream may have closed it already. */
  readonly wasUsed: boolean
}

/** A request, and the connection that serves it. */
export interface Exchange {
  /** Ends in the empty line. */
  readonly head: string
  readonly body: Buffer | StreamedBody | null
  readonly isHeadRequest: boolean
  /** Bounds the time to the final response's head and the silence within its body; 0 for no limit. */
  readonly timeoutMs: number
  readonly handler: ExchangeHandler
  /** undefined once the exchange is over. */
  connection: Connection | undefined
  isPaused: boolean
}

export interface ConnectionOptions extends SocketTarget {
  readonly connectTimeoutMs: number
  /** Of an earlier TLS connection. */
  readonly session: Buffer | undefined
  onSession(session: Buffer): void
  /** Called when the connection can serve a further request. */
  onFree(connection: Connection): void
  /** Called once, when the connection can serve no request any more. */
  onGone(connection: Connection): void
}

/** Its limited time is that of the upstream's silence, and between exchanges that for which it is idle. */
export interface Connection extends LimitedTime {
  readonly socket: Socket
  readonly options: ConnectionOptions
  readonly parser: ResponseParser
  exchange: Exchange | undefined
  isOpen: boolean
  isGone: boolean
  /** Whether it is closed after the present exchange. */
  isLast: boolean
  /** Exchanges that were begun. */
  exchanges: number
  /** Whether a byte has come since the present exchange began. */
  hasBytes: boolean
  /** Stops the streamed body that is being sent. */
  stopSending: (() => void) | undefined
}
