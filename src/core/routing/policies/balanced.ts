// Balanced mode: every endpoint with a free slot is eligible; the one with the fewest requests in flight is taken.
import { isFull } from '../../shared/slots.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import type { RoutingPolicy } from './policy.ts'

/** The lower id wins a tie: candidates are in ascending endpoint id. */
function findIdlest(candidates: readonly LiveWire[]): LiveWire | undefined {
  let idlest: LiveWire | undefined
  for (const wire of candidates) {
    if (isFull(wire.endpoint)) continue
    if (idlest === undefined || wire.endpoint.inflight < idlest.endpoint.inflight) idlest = wire
  }
  return idlest
}

export const balancedPolicy: RoutingPolicy = {
  select: findIdlest,
  reservesFirst: () => false,
}
