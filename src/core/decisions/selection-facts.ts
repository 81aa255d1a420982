// What was known when an endpoint was selected.
import type { Placement, RoutingMode } from '../../contract/objects/routing-field-schemas.ts'
import type { Considered } from '../placement/considered.ts'
import type { ExpectedTimes } from '../placement/expected-times.ts'
import type { Placer } from '../placement/placer.ts'
import { hasOneEndpoint, wiresFor } from '../routing/candidate-set.ts'
import { modeOf, placementOf, policyOf } from '../routing/policies/policy-of.ts'
import type { RoutingPolicy } from '../routing/policies/policy.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'

export interface SelectionFacts {
  /** One without targets. */
  readonly request: RoutingRequest
  readonly tried: readonly EndpointRuntime[]
  /** undefined for a request that is refused. */
  readonly selected: LiveWire | undefined
  /** To all endpoints that may ever serve the request. */
  readonly wires: readonly LiveWire[]
  /** What placement has compared; undefined where it was not asked. */
  readonly considered: Considered | undefined
  readonly mode: RoutingMode
  readonly policy: RoutingPolicy
  readonly placement: Placement
  readonly expected: ExpectedTimes
  readonly nowMs: number
}

export interface SelectionContext {
  readonly state: GatewayState
  readonly placer: Placer
}

/** To be called right after the selection. */
export function selectionFacts(
  { state, placer }: SelectionContext,
  request: RoutingRequest,
  tried: readonly EndpointRuntime[],
  selected: LiveWire | undefined,
  nowMs: number,
): SelectionFacts {
  const snapshot = state.snapshot()
  return {
    request,
    tried,
    selected,
    wires: wiresFor(state, request),
    considered: selected === undefined || hasOneEndpoint(request) ? undefined : placer.lastConsidered(),
    mode: modeOf(snapshot, request),
    policy: policyOf(snapshot, request),
    placement: placementOf(snapshot, request),
    expected: placer.expected,
    nowMs,
  }
}
