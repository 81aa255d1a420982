// One HTTP exchange with a target: undici's callbacks, made safe to abort at any moment. Follows no redirect.
import type { Dispatcher } from 'undici'
import type { BridgeRequest } from '../../contract/bridge.ts'
import { callError } from '../call-error.ts'
import { responseHeaders, requestHeaders } from './header-policy.ts'
import type { TargetPools } from '../targets/target-pools.ts'
import type { Target } from '../targets/target.ts'

/** Told in this order: onHead, any number of onData, then onEnd; or onError at any point. Nothing after `abort`. */
export interface ResponseListener {
  onHead(status: number, headers: Record<string, string>): void
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: unknown): void
}

export interface TargetRequest {
  pause(): void
  resume(): void
  /** Cuts the connection, even where it is not yet made; the listener hears no more. */
  abort(): void
}

type Headers = Parameters<typeof responseHeaders>[0]

function refuseEncoded(headers: Headers): void {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding !== 'identity')
    throw callError(
      'network',
      `the target answers in the encoding ${encoding.slice(0, 20)}, which was not asked for`,
    )
}

/** @returns the body's bytes or text, and whether it was made JSON here. */
function bodyOf({ body }: BridgeRequest): { body: string | null; isJson: boolean } {
  if (body === undefined || body === null) return { body: null, isJson: false }
  return typeof body === 'string' ? { body, isJson: false } : { body: JSON.stringify(body), isJson: true }
}

/** @throws what undici throws at a request that cannot be sent. */
export function sendToTarget(
  pools: TargetPools,
  target: Target,
  request: BridgeRequest,
  listener: ResponseListener,
): TargetRequest {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  const abort = (): void => {
    over = true
    controller?.abort(new Error('aborted'))
  }
  /** Runs a step of the listener; what it throws ends the exchange. */
  const notify = (step: () => void): void => {
    if (over) return
    try {
      step()
    } catch (error) {
      abort()
      listener.onError(error)
    }
  }
  const { body, isJson } = bodyOf(request)
  pools.of(target).dispatch(
    {
      method: request.method,
      path: target.path,
      headers: requestHeaders(request.headers, isJson),
      body,
      // The call has its own limit, and it is exact.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        controller = started
        if (over) started.abort(new Error('aborted'))
      },
      onResponseStart(_controller, status, headers) {
        // 1xx answers come before the real one.
        if (status < 200) return
        notify(() => {
          refuseEncoded(headers)
          listener.onHead(status, responseHeaders(headers))
        })
      },
      onResponseData: (_controller, chunk) => notify(() => listener.onData(chunk)),
      onResponseEnd: () =>
        notify(() => {
          over = true
          listener.onEnd()
        }),
      onResponseError: (_controller, error) =>
        notify(() => {
          over = true
          listener.onError(error)
        }),
    },
  )
  return {
    pause: () => controller?.pause(),
    resume: () => void (over || controller?.resume()),
    abort: () => void (over || abort()),
  }
}
