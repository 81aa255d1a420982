// Figures of the gateway as a whole, since its start or the last reset.
import type { Clock } from '../clock.ts'

export interface GatewayTotals {
  /** Requests that were answered, well or not. */
  requestsServed: number
  /** Those of them that failed or were refused with a 5xx. */
  errors: number
  /** Leases held now. */
  inflight: number
  /** Requests that wait for an endpoint with room now. */
  queued: number
  /** Counts a request that no endpoint was asked for: answered from the cache, or refused. */
  countUnleased(failed: boolean): void
  uptimeS(): number
  /** Leaves the leases held and the requests waiting now as they are. */
  reset(): void
}

export function createGatewayTotals(clock: Clock): GatewayTotals {
  const startMs = clock()
  const totals: GatewayTotals = {
    requestsServed: 0,
    errors: 0,
    inflight: 0,
    queued: 0,
    countUnleased(failed) {
      totals.requestsServed += 1
      if (failed) totals.errors += 1
    },
    uptimeS: () => (clock() - startMs) / 1000,
    reset() {
      totals.requestsServed = 0
      totals.errors = 0
    },
  }
  return totals
}
