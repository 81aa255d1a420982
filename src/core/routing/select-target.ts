// Serves a request as its first target with an available endpoint, as far as that has room or is not waited for.
import type { GatewayState } from '../state/gateway-state.ts'
import { wiresFor } from './candidate-set.ts'
import { moreTelling, noCandidate, type Refusal } from './refusal.ts'
import type { RoutingRequest } from './routing-request.ts'

interface Refused {
  readonly refusal: Refusal
}

/** @param select - selects an endpoint for one target. @returns what it gives for the first target that is not refused. */
export function selectTarget<T extends object>(
  state: GatewayState,
  request: RoutingRequest,
  select: (target: RoutingRequest) => T | Refused,
): T | Refused {
  const { targets } = request
  if (targets === undefined) return select(request)
  let refusal: Refusal | undefined
  for (const target of targets.requests) {
    if (wiresFor(state, target).length === 0) continue
    const selection = select(target)
    if (!('refusal' in selection)) return selection
    if (selection.refusal.code === 'LB_ERR_ALL_FULL' && targets.waits) return selection
    refusal = moreTelling(refusal, selection.refusal)
  }
  return { refusal: refusal ?? noCandidate(state, request) }
}
