// Priority mode: the first endpoint in order that has a free slot; the ranks behind it take the overflow.
import type { RoutingSettings } from '../../state/configuration.ts'
import { isFull } from '../../shared/slots.ts'
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'
import { hasPreferredEndpoint } from '../candidate-set.ts'
import type { RoutingRequest } from '../routing-request.ts'
import type { RoutingPolicy } from './policy.ts'

/** Negative when `a` comes first: by rank, then consecutive failures, then latency, then id. */
function compare(a: EndpointRuntime, b: EndpointRuntime): number {
  return (
    a.config.priorityOrder - b.config.priorityOrder ||
    a.counters.consecutiveFailures - b.counters.consecutiveFailures ||
    a.counters.avgLatencyMs - b.counters.avgLatencyMs ||
    a.config.id - b.config.id
  )
}

/** @param reserveFirst - leaves out the first in order, unless it is the only candidate. */
function findFirst(candidates: readonly LiveWire[], reserveFirst: boolean): LiveWire | undefined {
  const reserved =
    reserveFirst && candidates.length > 1
      ? candidates.reduce((a, b) => (compare(b.endpoint, a.endpoint) < 0 ? b : a))
      : undefined
  let first: LiveWire | undefined
  let lowestOrder = Infinity
  for (const wire of candidates) {
    const { endpoint } = wire
    const { priorityOrder } = endpoint.config
    // The rank alone rules out most wires of a long list, without a comparison.
    if (priorityOrder > lowestOrder || wire === reserved || isFull(endpoint)) continue
    lowestOrder = priorityOrder
    if (first === undefined || compare(endpoint, first.endpoint) < 0) first = wire
  }
  return first
}

/** The first in order is reserved for the prioritised input token; a preferred endpoint is exempt. */
const reservesFirst = (request: RoutingRequest, { priorityInputTokenId }: RoutingSettings): boolean =>
  priorityInputTokenId !== null &&
  priorityInputTokenId !== request.token?.id &&
  !hasPreferredEndpoint(request)

export const priorityPolicy: RoutingPolicy = {
  select: (candidates, request, context) => findFirst(candidates, reservesFirst(request, context.settings())),
  reservesFirst,
}
