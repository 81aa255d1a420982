// One request to one upstream: undici's callbacks, made safe to abort at any moment. Follows no redirect.
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { TrackingHandler } from './tracked-client.ts'

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * The callbacks of an attempt, in this order: onResponse, any number of onData, then onEnd; or onError at any point. None
 * is called after `abort`. Each gets the owner of the attempt, so that one listener object can serve every request.
 */
export interface AttemptListener<Owner> {
  onResponse(owner: Owner, status: number, headers: ResponseHeaders): void
  onData(owner: Owner, chunk: Buffer): void
  onEnd(owner: Owner): void
  /** @param isBreak - whether the connection broke after the request was begun and before any byte of the response. */
  onError(owner: Owner, error: Error, isBreak: boolean): void
}

export interface Attempt {
  pause(): void
  /** Does nothing once the attempt is over. */
  resume(): void
  /** Destroys the upstream's connection, even while it is being opened; no callback follows. */
  abort(): void
}

/** Where a request goes. */
interface UpstreamTarget {
  readonly pool: Pick<Dispatcher, 'dispatch'>
  /** Sends a request on a connection of its own; required for `mayRepeat` and `isAlone`. */
  readonly dispatchAlone?: Dispatcher['dispatch']
}

interface UpstreamRequest {
  readonly method: Dispatcher.HttpMethod
  /** With the query, if any. */
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer | Readable | string | null
  /** Bounds the time to response headers; 0 for no limit. */
  readonly headersTimeoutMs: number
  /** Bounds the silence between chunks; 0 for no limit. */
  readonly bodyTimeoutMs: number
  /**
   * Whether it is sent again, on a connection of its own, where a connection that has served requests before breaks
   * before any byte of the response: the upstream had closed it already.
   */
  readonly mayRepeat?: boolean
  /** Whether it is sent on a connection of its own from the start. Default false. */
  readonly isAlone?: boolean
}

const breakCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')

function tryTo(work: () => void, fail: (error: Error) => void): void {
  try {
    work()
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)))
  }
}

/** @param isFirst - whether it may go on a connection that has served requests before. */
function send(
  { pool, dispatchAlone }: UpstreamTarget,
  request: UpstreamRequest,
  handler: TrackingHandler,
  isFirst: boolean,
): void {
  const options = {
    method: request.method,
    path: request.path,
    headers: request.headers,
    body: request.body,
    headersTimeout: request.headersTimeoutMs,
    bodyTimeout: request.bodyTimeoutMs,
  }
  if (isFirst) pool.dispatch(options, handler)
  else dispatchAlone?.(options, handler)
}

/** A request that cannot be sent also ends in `onError`, which may be called before this function returns. */
export function startUpstreamRequest<Owner>(
  upstream: UpstreamTarget,
  request: UpstreamRequest,
  listener: AttemptListener<Owner>,
  owner: Owner,
): Attempt {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  let bytesBefore = 0
  let isAlone = request.isAlone ?? false
  let isPaused = false
  const fail = (error: Error, isBreak = false): void => {
    if (over) return
    over = true
    listener.onError(owner, error, isBreak)
  }
  /** Whether the connection broke before any byte of the response, be it that no further one could be opened then. */
  const isBreakBy = (error: Error): boolean =>
    controller === undefined
      ? isAlone && codeOf(error) === 'ECONNREFUSED'
      : breakCodes.has(codeOf(error)) && handler.connection?.socket?.bytesRead === bytesBefore
  const handler: TrackingHandler = {
    connection: undefined,
    onRequestStart(started) {
      controller = started
      if (over) return void started.abort(new Error('aborted'))
      const { connection } = handler
      if (connection === undefined) return
      connection.requests += 1
      bytesBefore = connection.socket?.bytesRead ?? 0
    },
    onResponseStart(_controller, status, headers) {
      // Informational responses (1xx) precede the final one.
      if (!over && status >= 200) listener.onResponse(owner, status, headers)
    },
    onResponseData(_controller, chunk) {
      if (!over) listener.onData(owner, chunk)
    },
    onResponseEnd() {
      if (over) return
      over = true
      listener.onEnd(owner)
    },
    onResponseError(_controller, error) {
      const isBreak = isBreakBy(error)
      const isStale = isBreak && (handler.connection?.requests ?? 0) > 1
      if (over || !isStale || isAlone || !request.mayRepeat || !upstream.dispatchAlone)
        return fail(error, isBreak)
      isAlone = true
      controller = undefined
      dispatch(false)
    },
  }
  const dispatch = (isFirst: boolean): void =>
    // What cannot be sent is reported asynchronously, as a failure of the connection is.
    tryTo(
      () => send(upstream, request, handler, isFirst),
      (error) => queueMicrotask(() => fail(error)),
    )
  dispatch(!request.isAlone)
  return {
    pause() {
      isPaused = true
      controller?.pause()
    },
    resume() {
      isPaused = false
      // Not while undici parses: a client's connection may drain while the response of another attempt is written to it.
      queueMicrotask(() => {
        if (!over && !isPaused) tryTo(() => controller?.resume(), fail)
      })
    },
    abort() {
      if (over) return
      over = true
      controller?.abort(new Error('aborted'))
    },
  }
}
