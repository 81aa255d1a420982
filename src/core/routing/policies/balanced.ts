// Balanced mode: every candidate with a free slot; placement alone decides.
import { isFull } from '../../shared/slots.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import { createKeptOrder } from '../long-lists/kept-order.ts'
import { eligibleAmong } from './eligible-wires.ts'
import type { RoutingPolicy } from './policy.ts'

/** Negative where the endpoint of the first has fewer open requests, or was selected before that of the other. */
const compare = (a: LiveWire, b: LiveWire): number =>
  a.endpoint.inflight - b.endpoint.inflight || a.turn - b.turn

const isFree = ({ endpoint }: LiveWire): boolean => !isFull(endpoint)

export const balancedPolicy: RoutingPolicy = {
  select(candidates, request, { pickFor }) {
    const pick = pickFor(request)
    if (pick) return pick(eligibleAmong(candidates, isFree), request, compare)
    let first: LiveWire | undefined
    for (const wire of candidates)
      if (isFree(wire) && (first === undefined || compare(wire, first) < 0)) first = wire
    return first
  },
  createListSelector(wires, indexOf) {
    const free = createKeptOrder(wires, [({ endpoint }) => endpoint.inflight, ({ turn }) => turn])
    return {
      update(index, isCandidate) {
        const wire = wires[index]
        free.update(index, isCandidate && wire !== undefined && isFree(wire))
      },
      select(request, { pickFor }) {
        const pick = pickFor(request)
        return pick ? pick(free.eligible(Infinity, indexOf), request, compare) : wires[free.first()]
      },
    }
  },
  reservesFirst: () => false,
  passedOver: () => 'eligible',
}
