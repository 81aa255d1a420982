// One try of one request at one upstream: undici's callbacks, made safe to abort at any moment.
import type { Dispatcher } from 'undici'
import type { Upstream } from './upstream-pools.ts'

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * Told in this order: onAnswer, any number of onData, then onEnd; or onError at any point. Nothing after `abort`. All are
 * told whose attempt it is, so that one listener can serve every request.
 */
export interface AttemptListener<Owner> {
  onResponse(owner: Owner, status: number, headers: ResponseHeaders): void
  onData(owner: Owner, chunk: Buffer): void
  onEnd(owner: Owner): void
  onError(owner: Owner, error: Error): void
}

export interface Attempt {
  pause(): void
  resume(): void
  /** Cuts the upstream's connection, even where it is not yet made; the listener hears no more. */
  abort(): void
}

interface AttemptRequest {
  readonly method: 'GET' | 'POST'
  /** Joined to the upstream's base path. */
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer | null
  /** Bounds the time to response headers. */
  readonly headersTimeoutMs: number
  /** Bounds the silence between chunks. */
  readonly bodyTimeoutMs: number
}

export function startAttempt<Owner>(
  upstream: Upstream,
  request: AttemptRequest,
  listener: AttemptListener<Owner>,
  owner: Owner,
): Attempt {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  const fail = (error: Error): void => {
    if (over) return
    over = true
    listener.onError(owner, error)
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (over) started.abort(new Error('aborted'))
    },
    onResponseStart(_controller, status, headers) {
      // 1xx answers come before the real one.
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
    onResponseError: (_controller, error) => fail(error),
  }
  try {
    upstream.pool.dispatch(
      {
        method: request.method,
        path: upstream.basePath + request.path,
        headers: request.headers,
        body: request.body,
        headersTimeout: request.headersTimeoutMs,
        bodyTimeout: request.bodyTimeoutMs,
      },
      handler,
    )
  } catch (error) {
    // After this call has returned, as with every other failure.
    queueMicrotask(() => fail(error instanceof Error ? error : new Error(String(error))))
  }
  return {
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
    abort() {
      if (over) return
      over = true
      controller?.abort(new Error('aborted'))
    },
  }
}
