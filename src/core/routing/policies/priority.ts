// Priority mode: the first rank with a free slot; the ranks behind it take the overflow. Within a rank placement decides.
import type { RoutingSettings } from '../../state/configuration.ts'
import { isFull } from '../../shared/slots.ts'
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'
import { hasPreferredEndpoint } from '../candidate-set.ts'
import { createKeptOrder } from '../long-lists/kept-order.ts'
import type { RoutingRequest } from '../routing-request.ts'
import { eligibleAmong, type EligibleWires } from './eligible-wires.ts'
import type { PolicyContext, RoutingPolicy, ListSelector } from './policy.ts'

/** Negative when `a` comes first: by rank, then consecutive failures, then latency, then id. */
function compare(a: EndpointRuntime, b: EndpointRuntime): number {
  return (
    a.config.priorityOrder - b.config.priorityOrder ||
    a.counters.consecutiveFailures - b.counters.consecutiveFailures ||
    a.counters.avgLatencyMs - b.counters.avgLatencyMs ||
    a.config.id - b.config.id
  )
}

const compareWires = (a: LiveWire, b: LiveWire): number => compare(a.endpoint, b.endpoint)

/** The first in order, which is left out where it is reserved, unless it is the only candidate. */
const reservedOf = (candidates: readonly LiveWire[], reserveFirst: boolean): LiveWire | undefined =>
  reserveFirst && candidates.length > 1
    ? candidates.reduce((a, b) => (compareWires(b, a) < 0 ? b : a))
    : undefined

function findFirst(candidates: readonly LiveWire[], reserved: LiveWire | undefined): LiveWire | undefined {
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

/** As `compare`; the list is in ascending id. */
const keys = [
  ({ endpoint }: LiveWire): number => endpoint.config.priorityOrder,
  ({ endpoint }: LiveWire): number => endpoint.counters.consecutiveFailures,
  ({ endpoint }: LiveWire): number => endpoint.counters.avgLatencyMs,
]

function createPriorityList(wires: readonly LiveWire[], indexOf: EligibleWires['indexOf']): ListSelector {
  const candidates = createKeptOrder(wires, keys)
  const free = createKeptOrder(wires, keys)
  let count = 0
  const isCandidate = new Uint8Array(wires.length)

  const firstOf = (request: RoutingRequest, { pickFor }: PolicyContext): LiveWire | undefined => {
    const first = wires[free.first()]
    const pick = first && pickFor(request)
    return pick
      ? pick(free.eligible(first.endpoint.config.priorityOrder, indexOf), request, compareWires)
      : first
  }

  return {
    update(index, isNowCandidate) {
      const wire = wires[index]
      count += Number(isNowCandidate) - (isCandidate[index] ?? 0)
      isCandidate[index] = Number(isNowCandidate)
      candidates.update(index, isNowCandidate)
      free.update(index, isNowCandidate && wire !== undefined && !isFull(wire.endpoint))
    },
    select(request, context) {
      const reserved = count > 1 && reservesFirst(request, context.settings()) ? candidates.first() : -1
      const wire = wires[reserved]
      if (wire === undefined) return firstOf(request, context)
      free.update(reserved, false)
      const selected = firstOf(request, context)
      free.update(reserved, !isFull(wire.endpoint))
      return selected
    },
  }
}

export const priorityPolicy: RoutingPolicy = {
  select(candidates, request, context) {
    const reserved = reservedOf(candidates, reservesFirst(request, context.settings()))
    const first = findFirst(candidates, reserved)
    if (first === undefined) return undefined
    const pick = context.pickFor(request)
    if (pick === undefined) return first
    const { priorityOrder } = first.endpoint.config
    const isEligible = (wire: LiveWire): boolean =>
      wire.endpoint.config.priorityOrder === priorityOrder && wire !== reserved && !isFull(wire.endpoint)
    return pick(eligibleAmong(candidates, isEligible), request, compareWires)
  },
  createListSelector: createPriorityList,
  reservesFirst,
  passedOver(wire, selected) {
    if (wire.endpoint.config.priorityOrder > selected.endpoint.config.priorityOrder) return 'lower rank'
    // Only what is reserved comes before the selected one.
    return compareWires(wire, selected) < 0 ? 'kept free' : 'eligible'
  },
}
