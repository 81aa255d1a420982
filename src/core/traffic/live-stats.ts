// Reads the totals of the whole gateway in the form that /health and the admin state show.
import type { StatsView } from '../../contract/gateway.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { roundTo } from '../round-to.ts'
import { readRates } from './read-traffic.ts'

export function readStats(state: GatewayState): StatsView {
  const { totals, traffic } = state
  const { tokensPerSecond, requestsPerSecond } = readRates(traffic.total, traffic.timeSpan())
  const inflight = state.snapshot().endpoints.map(({ id }) => [String(id), state.endpoint(id).inflight])
  return {
    tokens_per_second: roundTo(tokensPerSecond, 2),
    requests_per_second: roundTo(requestsPerSecond, 2),
    total_inflight: totals.inflight,
    inflight_per_endpoint: Object.fromEntries(inflight) as Record<string, number>,
    queued: totals.queued,
    total_requests_served: totals.requestsServed,
    total_errors: totals.errors,
    uptime_seconds: roundTo(totals.uptimeS(), 3),
  }
}
