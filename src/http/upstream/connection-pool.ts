// The connections to one upstream: a request goes on the one that was used last, or on a new one.
import type { Readable } from 'node:stream'
import { rememberTexts } from '../remember-texts.ts'
import {
  abortExchange,
  beginExchange,
  closeConnection,
  failConnection,
  limitIdleTime,
  openConnection,
  pauseExchange,
  resumeExchange,
} from './connection.ts'
import type { Connection, Exchange, ExchangeHandler } from './exchange.ts'
import type { SocketTarget } from './open-socket.ts'
import { writeRequestHead } from './request-head.ts'
import type { StreamedBody } from './send-stream.ts'
import { upstreamError } from './upstream-error.ts'

export interface PooledRequest {
  readonly method: string
  /** With the query, if any. */
  readonly path: string
  /** Name, value, name, value. `content-length` only for a stream, which is sent in chunks without it. */
  readonly headers: readonly string[]
  readonly body: Buffer | Readable | string | null
  /** Bounds the time to the response's headers and the silence between its chunks; 0 for no limit. */
  readonly timeoutMs: number
}

/** A request whose head has been written already, by `writeRequestFields`; a short body may stand behind it. */
export type WrittenRequest = Pick<Exchange, 'head' | 'body' | 'isHeadRequest' | 'timeoutMs'>

export interface Attempt {
  /** Reads nothing further; what has been read already is still reported. */
  pause(): void
  /** Does nothing once the attempt is over. */
  resume(): void
  /** Destroys the upstream's connection, even while it is being opened; no callback follows. */
  abort(): void
}

export interface ConnectionPool {
  /**
   * @param isAlone - whether it gets a connection of its own, which is closed after the response.
   * @throws upstreamError UPSTREAM_INVALID_REQUEST, UPSTREAM_POOL_CLOSED.
   */
  start(request: PooledRequest, handler: ExchangeHandler, isAlone: boolean): Attempt
  /** Takes no further requests, except alone; running ones end. */
  close(): void
  /** Cuts every connection: running requests fail. */
  destroy(): void
}

export interface WrittenRequestPool extends ConnectionPool {
  /**
   * Sends a request on a kept connection, or on a new one that is kept then.
   * @throws upstreamError UPSTREAM_POOL_CLOSED.
   */
  send(request: WrittenRequest, handler: ExchangeHandler): Attempt
}

// Servers close idle connections after 5 s or more, mostly without saying so; the balancer should be first.
const IDLE_MS = 4_000
const MAX_IDLE_MS = 600_000
/** A connection is closed so long before the server would close it. */
const IDLE_MARGIN_MS = 2_000

/** Milliseconds for which an idle connection is kept by what the upstream says in `keep-alive: timeout=5`. */
const idleMsBy = rememberTexts((hint) => {
  const seconds = /(?:^|[\s,])timeout=(\d{1,9})(?!\d)/i.exec(hint)?.[1]
  return seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1_000 - IDLE_MARGIN_MS, MAX_IDLE_MS)
})

const bodyMethods: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

function bodyOf({ method, headers, body }: PooledRequest): {
  readonly body: Buffer | StreamedBody | null
  readonly framing: string
} {
  if (body === null) return { body, framing: bodyMethods.has(method) ? 'content-length: 0\r\n' : '' }
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    return { body: bytes, framing: `content-length: ${bytes.length}\r\n` }
  }
  // It may fail while the connection is being opened.
  body.on('error', () => undefined)
  const at = headers.findIndex((name, index) => index % 2 === 0 && name === 'content-length')
  const length = at === -1 ? undefined : Number(headers[at + 1])
  return { body: { stream: body, length }, framing: at === -1 ? 'transfer-encoding: chunked\r\n' : '' }
}

/** @param target - the origin's address; of its URL only scheme, host and port are used. */
export function createConnectionPool(
  target: SocketTarget & { readonly connectTimeoutMs: number },
): WrittenRequestPool {
  /** Those without a request; the one that was used last is the last. */
  const idle: Connection[] = []
  const all = new Set<Connection>()
  let session: Buffer | undefined
  let state: 'open' | 'closed' | 'destroyed' = 'open'

  const keep = (connection: Connection): void => {
    const hint = connection.parser.head?.headers['keep-alive']
    const idleMs = typeof hint === 'string' ? idleMsBy(hint) : IDLE_MS
    if (state !== 'open' || idleMs <= 0) return closeConnection(connection)
    limitIdleTime(connection, idleMs)
    idle.push(connection)
  }

  const open = (): Connection => {
    const connection = openConnection({
      ...target,
      session,
      onSession: (given) => void (session = given),
      onFree: keep,
      onGone(gone) {
        all.delete(gone)
        const index = idle.lastIndexOf(gone)
        if (index !== -1) idle.splice(index, 1)
      },
    })
    all.add(connection)
    return connection
  }

  const checkOpen = (isAlone: boolean): void => {
    if (state === 'destroyed' || (state === 'closed' && !isAlone)) throw upstreamError('UPSTREAM_POOL_CLOSED')
  }

  const begin = (
    { head, body, isHeadRequest, timeoutMs }: WrittenRequest,
    handler: ExchangeHandler,
    isAlone: boolean,
  ): Attempt => {
    const exchange: Exchange = {
      head,
      body,
      isHeadRequest,
      timeoutMs,
      handler,
      connection: undefined,
      isPaused: false,
    }
    const connection = (isAlone ? undefined : idle.pop()) ?? open()
    connection.isLast = isAlone
    beginExchange(connection, exchange)
    return {
      pause: () => pauseExchange(exchange),
      resume: () => resumeExchange(exchange),
      abort: () => abortExchange(exchange),
    }
  }

  return {
    start(request, handler, isAlone) {
      checkOpen(isAlone)
      const { body, framing } = bodyOf(request)
      const { method, path, headers, timeoutMs } = request
      const head = writeRequestHead(method, path, target.url.host, headers, framing)
      return begin({ head, body, isHeadRequest: method === 'HEAD', timeoutMs }, handler, isAlone)
    },
    send(request, handler) {
      checkOpen(false)
      return begin(request, handler, false)
    },
    close() {
      if (state === 'open') state = 'closed'
      for (const connection of [...idle]) closeConnection(connection)
    },
    destroy() {
      state = 'destroyed'
      for (const connection of [...all]) failConnection(connection, upstreamError('UPSTREAM_POOL_CLOSED'))
    },
  }
}
