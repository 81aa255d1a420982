// One health check of one endpoint: whether a path on its origin answers with 2xx in time.
import type { SetTimer } from '../../core/timer.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import { startUpstreamRequest } from '../../http/upstream/upstream-request.ts'
import { ownHeaders } from '../upstream/own-headers.ts'
import { faultReason, isLocalFault, upstreamFault } from '../upstream/upstream-fault.ts'
import type { Upstream, UpstreamPools } from '../upstream/upstream-pools.ts'

interface HealthFailure {
  /** A predicate whose subject is the endpoint, such as `refused the connection`. */
  readonly reason: string
  /** The same as a sentence of its own, for the log and for `last_error`. */
  readonly error: string
  readonly isTimeout: boolean
}

/** `unknown` where the balancer itself could not send the request, as when it is out of file descriptors. */
export type HealthResult = 'well' | 'unknown' | HealthFailure

const failed = (reason: string, error = reason, isTimeout = false): HealthFailure => ({
  reason,
  error,
  isTimeout,
})

// A longer body counts as success without its end. A model list, the longest body to be expected, is far shorter.
const MAX_BODY_BYTES = 1024 * 1024

/**
 * Sends one probe. Redirects are not followed, and the probe is in no counter.
 * @param onResult - called once, possibly before this function has returned.
 * @returns a function that aborts the probe; `onResult` is not called afterwards.
 */
export function probeHealth(
  pools: UpstreamPools,
  endpoint: EndpointConfig,
  setTimer: SetTimer,
  onResult: (result: HealthResult) => void,
): () => void {
  let upstream: Upstream
  try {
    upstream = pools.of(endpoint)
  } catch {
    // Only an older database can hold such a URL.
    onResult(failed('its base URL cannot be used'))
    return () => undefined
  }
  // An object, since `end` may be called before `startUpstreamRequest` has returned.
  const running: { attempt?: Attempt } = {}
  let length = 0
  const end = (result: HealthResult): void => {
    cancelDeadline()
    running.attempt?.abort()
    onResult(result)
  }
  const cancelDeadline = setTimer(
    () => end(failed('no answer in time', 'no answer in time', true)),
    endpoint.healthCheckTimeoutS * 1000,
  )
  running.attempt = startUpstreamRequest(
    upstream,
    {
      method: 'GET',
      path: endpoint.healthCheckPath ?? '/',
      headers: ownHeaders(upstream, 'health check', '*/*'),
      body: null,
      // None: the timer above bounds the whole.
      timeoutMs: 0,
      mayRepeat: true,
    },
    {
      onResponse(_owner, status) {
        if (status < 200 || status > 299) end(failed(`answered with status ${status}`))
      },
      onData(_owner, chunk) {
        length += chunk.length
        if (length > MAX_BODY_BYTES) end('well')
      },
      onEnd: () => end('well'),
      onError: (_owner, error) =>
        end(isLocalFault(error) ? 'unknown' : failed(faultReason(error), upstreamFault(error).message)),
    },
    undefined,
  )
  return () => {
    cancelDeadline()
    running.attempt?.abort()
  }
}
