// One request to one upstream, safe to abort at any moment. Follows no redirect.
import type { Attempt, ConnectionPool, PooledRequest } from './connection-pool.ts'
import type { ExchangeHandler } from './exchange.ts'
import type { ResponseHeaders } from './response-head.ts'

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

interface UpstreamRequest extends PooledRequest {
  /**
   * Whether it is sent again, on a connection of its own, where a connection that has served requests before breaks
   * before any byte of the response: the upstream had closed it already. Default false.
   */
  readonly mayRepeat?: boolean
  /** Whether it is sent on a connection of its own from the start. Default false. */
  readonly isAlone?: boolean
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** A request that cannot be sent also ends in `onError`, after this function has returned. */
export function startUpstreamRequest<Owner>(
  { pool }: { readonly pool: Pick<ConnectionPool, 'start'> },
  request: UpstreamRequest,
  listener: AttemptListener<Owner>,
  owner: Owner,
): Attempt {
  let attempt: Attempt | undefined
  let isOver = false
  let isAlone = request.isAlone ?? false
  const fail = (error: Error, isBreak: boolean): void => {
    if (isOver) return
    isOver = true
    listener.onError(owner, error, isBreak)
  }
  const start = (): void => {
    try {
      attempt = pool.start(request, handler, isAlone)
    } catch (error) {
      // What cannot be sent is reported asynchronously, as a failure of the connection is.
      queueMicrotask(() => fail(asError(error), false))
    }
  }
  const handler: ExchangeHandler = {
    onResponse: (status, headers) => listener.onResponse(owner, status, headers),
    onData: (chunk) => listener.onData(owner, chunk),
    onEnd() {
      isOver = true
      listener.onEnd(owner)
    },
    onError(error, { isBreak, wasUsed, wasConnected }) {
      if (isBreak && wasUsed && !isAlone && request.mayRepeat) {
        isAlone = true
        return start()
      }
      // A request that is repeated alone finds the upstream gone: it broke as its connection did.
      const isRefused = isAlone && !wasConnected && 'code' in error && error.code === 'ECONNREFUSED'
      fail(error, isBreak || isRefused)
    },
  }
  start()
  return {
    pause: () => attempt?.pause(),
    resume: () => attempt?.resume(),
    abort() {
      isOver = true
      attempt?.abort()
    },
  }
}
