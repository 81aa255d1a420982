// Picks by rank with overflow: the first endpoint in order that is not full.
import { isFull, type EndpointRuntime, type LiveWire } from '../../state/endpoint-runtime.ts'

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
 * @param candidates - one block's wires to available endpoints, full ones among them.
 * @param keepFirst - leaves the first in order to the prioritised input token; the only one is never kept back.
 */
export function pickByPriority(candidates: readonly LiveWire[], reserveFirst: boolean): LiveWire | undefined {
  const reserved =
    reserveFirst && candidates.length > 1
      ? candidates.reduce((a, b) => (compare(b.endpoint, a.endpoint) < 0 ? b : a))
      : undefined
  let picked: LiveWire | undefined
  let lowestOrder = Infinity
  for (const wire of candidates) {
    const { endpoint } = wire
    const { priorityOrder } = endpoint.config
    // Most lists are long only behind their first rank.
    if (priorityOrder > lowestOrder || wire === reserved || isFull(endpoint)) continue
    lowestOrder = priorityOrder
    if (picked === undefined || compare(endpoint, picked.endpoint) < 0) picked = wire
  }
  return picked
}
