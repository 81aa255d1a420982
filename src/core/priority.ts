// Picks by rank with overflow: the first endpoint in order that is not full.
import { isFull, type EndpointRuntime } from './endpoint-runtime.ts'

/** Negative when `a` comes first: by rank, then standing, then speed, then age. */
function compare(a: EndpointRuntime, b: EndpointRuntime): number {
  return (
    a.config.priorityOrder - b.config.priorityOrder ||
    a.counters.consecutiveFailures - b.counters.consecutiveFailures ||
    a.counters.avgLatencyMs - b.counters.avgLatencyMs ||
    a.config.id - b.config.id
  )
}

/**
 * @param candidates - available endpoints of one block, full ones among them.
 * @param keepFirst - leaves the first in order to the prioritised input token; the only one is never kept back.
 */
export function pickByPriority(
  candidates: readonly EndpointRuntime[],
  keepFirst: boolean,
): EndpointRuntime | undefined {
  const kept =
    keepFirst && candidates.length > 1 ? candidates.reduce((a, b) => (compare(b, a) < 0 ? b : a)) : undefined
  let picked: EndpointRuntime | undefined
  for (const endpoint of candidates) {
    if (endpoint === kept || isFull(endpoint)) continue
    if (picked === undefined || compare(endpoint, picked) < 0) picked = endpoint
  }
  return picked
}
