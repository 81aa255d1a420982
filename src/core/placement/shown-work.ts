// What operators are shown of the work of an endpoint, as placement reckons with it.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { ExpectedTimes } from './expected-times.ts'

export interface ShownWork {
  /** Own requests without a first token. */
  readonly prefilling: number
  /** Before another request would begin; null while the endpoint has not shown its speed. */
  readonly waitMs: number | null
  /** Uncached prompt tokens; null while it has not shown its speed. */
  readonly tokensPerSecond: number | null
}

export function showWork(endpoint: EndpointRuntime, expected: Pick<ExpectedTimes, 'queueMs'>): ShownWork {
  const { prefilling, prefillMs } = endpoint.work
  if (!prefillMs) return { prefilling, waitMs: null, tokensPerSecond: null }
  return { prefilling, waitMs: expected.queueMs(endpoint), tokensPerSecond: 1000 / prefillMs }
}
