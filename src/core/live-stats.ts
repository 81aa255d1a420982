// Reads the figures of the gateway as a whole, as /health and the admin state show them.
import type { StatsView } from '../contract/gateway.ts'
import type { GatewayState } from './gateway-state.ts'
import { roundTo } from './round-to.ts'

export function readStats(state: GatewayState): StatsView {
  const { totals } = state
  const inflight = state.snapshot().endpoints.map(({ id }) => [String(id), state.endpoint(id).inflight])
  return {
    tokens_per_second: roundTo(totals.tokens.perSecond(), 2),
    requests_per_second: roundTo(totals.requests.perSecond(), 2),
    total_inflight: totals.inflight,
    inflight_per_endpoint: Object.fromEntries(inflight) as Record<string, number>,
    queued: totals.queued,
    total_requests_served: totals.requestsServed,
    total_errors: totals.errors,
    uptime_seconds: roundTo(totals.uptimeS(), 3),
  }
}
