// Balanced mode: every candidate with a free slot; placement alone decides.
import { isFull } from '../../shared/slots.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import type { RoutingPolicy } from './policy.ts'

/** Negative where the endpoint of the first has fewer open requests, or was selected before that of the other. */
const compare = (a: LiveWire, b: LiveWire): number =>
  a.endpoint.inflight - b.endpoint.inflight || a.turn - b.turn

const isFree = ({ endpoint }: LiveWire): boolean => !isFull(endpoint)

export const balancedPolicy: RoutingPolicy = {
  select(candidates, request, { pickFor }) {
    const pick = pickFor(request)
    if (pick) return pick(candidates, request, isFree, compare)
    let first: LiveWire | undefined
    for (const wire of candidates)
      if (isFree(wire) && (first === undefined || compare(wire, first) < 0)) first = wire
    return first
  },
  reservesFirst: () => false,
  passedOver: () => 'eligible',
}
