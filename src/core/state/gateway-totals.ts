// Totals over the whole gateway, since its start or the last reset.
import type { Clock } from '../clock.ts'

export interface GatewayTotals {
  /** Requests that have ended, successfully or not. */
  requestsServed: number
  /** Requests that failed or were refused with a 5xx. */
  errors: number
  /** Open leases. */
  inflight: number
  /** Requests in the queue. */
  queued: number
  /** Moves of a session to another endpoint than before. */
  sessionMoves: number
  /** Bytes that the bodies of open requests take. */
  bodyBytes: number
  /** Counts a request that ended without a lease: served from the cache, or refused. */
  countUnleased(failed: boolean): void
  uptimeS(): number
  /** Sets the totals to 0; `inflight`, `queued` and `bodyBytes` keep their values. */
  reset(): void
}

export function createGatewayTotals(clock: Clock): GatewayTotals {
  const startMs = clock()
  const totals: GatewayTotals = {
    requestsServed: 0,
    errors: 0,
    inflight: 0,
    queued: 0,
    sessionMoves: 0,
    bodyBytes: 0,
    countUnleased(failed) {
      totals.requestsServed += 1
      if (failed) totals.errors += 1
    },
    uptimeS: () => (clock() - startMs) / 1000,
    reset() {
      totals.requestsServed = 0
      totals.errors = 0
      totals.sessionMoves = 0
    },
  }
  return totals
}
