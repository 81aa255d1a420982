// The interface of a routing policy: how one of the candidates of a request is chosen.
import type { RoutingSettings } from '../../state/configuration.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import type { RoutingRequest } from '../routing-request.ts'
import type { TokenEstimate } from '../token-estimate.ts'

/** What policies read beside the candidates; made once per router, so that selection allocates nothing. */
export interface PolicyContext {
  /** The settings in force now. */
  settings(): RoutingSettings
  readonly estimate: TokenEstimate
}

/**
 * Policies are stateless: what they remember stands in the wires and their endpoints. `candidates` are the wires of one
 * block to available endpoints, in ascending endpoint id, full endpoints among them.
 */
export interface RoutingPolicy {
  /** Chooses a wire whose endpoint has a free slot, and records the choice. undefined, and no record, where there is none. */
  select(
    candidates: readonly LiveWire[],
    request: RoutingRequest,
    context: PolicyContext,
  ): LiveWire | undefined
  /** Whether the first candidate in the policy's order is reserved for requests of another client token. */
  reservesFirst(request: RoutingRequest, settings: RoutingSettings): boolean
}
