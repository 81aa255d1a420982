// Sends a call's request to its target. The header policy applies in both directions; an encoded response is an error.
import type { BridgeRequest } from '../../contract/bridge.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import { startUpstreamRequest } from '../../http/upstream/upstream-request.ts'
import { callError } from './call-error.ts'
import { responseHeaders, requestHeaders } from './header-policy.ts'
import type { TargetPools } from './target-pools.ts'
import type { Target } from './target.ts'

type TargetRequest = Pick<BridgeRequest, 'method' | 'headers' | 'body'>

/** Called in this order: onHead, any number of onData, then onEnd; or onError at any point. None is called after `abort`. */
interface ResponseListener {
  onHead(status: number, headers: Record<string, string>): void
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: unknown): void
}

/** @throws a CallError `network`. */
export function refuseEncoded(headers: ResponseHeaders): void {
  const given = headers['content-encoding']
  if (given === undefined) return
  const encoding = String(given).toLowerCase()
  if (encoding !== 'identity')
    throw callError(
      'network',
      `the target answers in the encoding ${encoding.slice(0, 20)}, which was not asked for`,
    )
}

/** @returns the body's text, and whether it was serialised to JSON here. */
function bodyOf({ body }: TargetRequest): { body: string | null; isJson: boolean } {
  if (body === undefined || body === null) return { body: null, isJson: false }
  return typeof body === 'string' ? { body, isJson: false } : { body: JSON.stringify(body), isJson: true }
}

export function sendToTarget(
  pools: TargetPools,
  target: Target,
  request: TargetRequest,
  listener: ResponseListener,
): Attempt {
  /** Calls the listener; an error that it throws aborts the request and goes to `onError`. */
  const notify = (step: () => void): void => {
    try {
      step()
    } catch (error) {
      attempt.abort()
      listener.onError(error)
    }
  }
  const { body, isJson } = bodyOf(request)
  const attempt = startUpstreamRequest(
    { pool: pools.of(target) },
    {
      method: request.method,
      path: target.path,
      headers: requestHeaders(request.headers, isJson),
      body,
      // The call has its own timeout.
      timeoutMs: 0,
    },
    {
      onResponse: (_owner, status, headers) =>
        notify(() => {
          refuseEncoded(headers)
          listener.onHead(status, responseHeaders(headers))
        }),
      onData: (_owner, chunk) => notify(() => listener.onData(chunk)),
      onEnd: () => notify(() => listener.onEnd()),
      onError: (_owner, error) => listener.onError(error),
    },
    undefined,
  )
  return attempt
}
