// One health check of one endpoint: whether a path on its origin answers with 2xx in time.
import type { SetTimer } from '../../core/timer.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { startUpstreamRequest, type Attempt } from '../../http/upstream-request.ts'
import { isLocalFault, upstreamFault } from '../upstream/upstream-fault.ts'
import type { Upstream, UpstreamPools } from '../upstream/upstream-pools.ts'

/** `unknown` where the trouble is the balancer's own. */
export type HealthResult = 'well' | 'unknown' | { readonly error: string }

// A list of models is the longest that a check should meet; of more than this nobody waits for the end.
const MAX_BODY_BYTES = 1024 * 1024

const headersOf = (authorization: string | undefined): string[] => [
  ...['accept', '*/*', 'accept-encoding', 'identity', 'user-agent', 'llm-load-balancer health check'],
  ...(authorization === undefined ? [] : ['authorization', authorization]),
]

/**
 * Follows no redirect, keeps nothing of the answer and counts nowhere.
 * @param onResult - called once; sometimes before this has returned.
 * @returns what calls it off; then there is no result.
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
    // Taken over from an older database: nobody could enter it today.
    onResult({ error: 'its base URL cannot be used' })
    return () => undefined
  }
  // Filled late: a request that cannot be sent at all fails before there is an attempt.
  const running: { attempt?: Attempt } = {}
  let length = 0
  const end = (result: HealthResult): void => {
    cancelDeadline()
    running.attempt?.abort()
    onResult(result)
  }
  const cancelDeadline = setTimer(
    () => end({ error: 'no answer in time' }),
    endpoint.healthCheckTimeoutS * 1000,
  )
  running.attempt = startUpstreamRequest(
    { ...upstream, basePath: '' },
    {
      method: 'GET',
      path: endpoint.healthCheckPath ?? '/',
      headers: headersOf(upstream.authorization),
      body: null,
      // The deadline bounds both.
      headersTimeoutMs: 0,
      bodyTimeoutMs: 0,
    },
    {
      onResponse(_owner, status) {
        if (status < 200 || status > 299) end({ error: `answered with status ${status}` })
      },
      onData(_owner, chunk) {
        length += chunk.length
        if (length > MAX_BODY_BYTES) end('well')
      },
      onEnd: () => end('well'),
      onError: (_owner, error) =>
        end(isLocalFault(error) ? 'unknown' : { error: upstreamFault(error).message }),
    },
    undefined,
  )
  return () => {
    cancelDeadline()
    running.attempt?.abort()
  }
}
