// Figures of the gateway as a whole, since its start or the last reset.
import type { Clock } from './clock.ts'
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts'

export interface GatewayTotals {
  /** Requests that were answered, well or not. */
  requestsServed: number
  /** Those of them that failed or were refused with a 5xx. */
  errors: number
  /** Leases held now. */
  inflight: number
  /** Requests that wait for an endpoint with room now. */
  queued: number
  /** Completion tokens of the last ten seconds. */
  readonly tokens: SlidingWindow
  /** Requests of the last ten seconds. */
  readonly requests: SlidingWindow
  /** Counts a request that no endpoint was asked for: answered from the cache, or refused. */
  countUnleased(failed: boolean): void
  uptimeS(): number
  /** Leaves the leases held and the requests waiting now as they are. */
  reset(): void
}

const WINDOW_MS = 10_000
const BUCKETS = 20

export function createGatewayTotals(clock: Clock): GatewayTotals {
  const startMs = clock()
  const tokens = createSlidingWindow(clock, WINDOW_MS, BUCKETS)
  const requests = createSlidingWindow(clock, WINDOW_MS, BUCKETS)
  const totals: GatewayTotals = {
    requestsServed: 0,
    errors: 0,
    inflight: 0,
    queued: 0,
    tokens,
    requests,
    countUnleased(failed) {
      totals.requestsServed += 1
      if (failed) totals.errors += 1
      requests.add(1)
    },
    uptimeS: () => (clock() - startMs) / 1000,
    reset() {
      totals.requestsServed = 0
      totals.errors = 0
      tokens.reset()
      requests.reset()
    },
  }
  return totals
}
