// The interface of a routing policy: how one of the candidates of a request is chosen.
import type { CandidateState } from '../../../contract/objects/decision-words.ts'
import type { RoutingSettings } from '../../state/configuration.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import type { RoutingRequest } from '../routing-request.ts'
import type { TokenEstimate } from '../token-estimate.ts'
import type { EligibleWires } from './eligible-wires.ts'

/** What policies read beside the candidates; made once per router, so that selection allocates nothing. */
export interface PolicyContext {
  /** The settings in force now. */
  settings(): RoutingSettings
  readonly estimate: TokenEstimate
  /** How one of several eligible wires is picked for the request; undefined where the policy's own order decides. */
  pickFor(request: RoutingRequest): PickWire | undefined
}

/**
 * @param compare - negative where the first of two comes before the second in the policy's order.
 * @returns undefined where none is eligible.
 */
export type PickWire = (
  eligible: EligibleWires,
  request: RoutingRequest,
  compare: (a: LiveWire, b: LiveWire) => number,
) => LiveWire | undefined

/** A policy's order of the candidates of one long list, kept from selection to selection. */
export interface ListSelector {
  /** To be called when anything of the wire or its endpoint has changed that selection depends on, or whether it is a candidate. */
  update(index: number, isCandidate: boolean): void
  /** As the policy's `select`, among the candidates. */
  select(request: RoutingRequest, context: PolicyContext): LiveWire | undefined
}

/**
 * Policies are stateless: what they remember stands in the wires and their endpoints. A policy says which of the candidates may be
 * selected now, and placement picks one of these. `candidates` are the wires of one block to available endpoints, in ascending
 * endpoint id, full endpoints among them.
 */
export interface RoutingPolicy {
  /** Chooses a wire whose endpoint has a free slot, and records the choice. undefined, and no record, where there is none. */
  select(
    candidates: readonly LiveWire[],
    request: RoutingRequest,
    context: PolicyContext,
  ): LiveWire | undefined
  /**
   * What selects as `select` does, without a walk over all candidates.
   * @param wires - all may be candidates; none is one before it is updated.
   * @param indexOf - @see EligibleWires
   */
  createListSelector(wires: readonly LiveWire[], indexOf: (endpointId: number) => number): ListSelector
  /** Whether the first candidate in the policy's order is reserved for requests of another client token. */
  reservesFirst(request: RoutingRequest, settings: RoutingSettings): boolean
  /** Why it did not allow a candidate that has room, and selected another one. */
  passedOver(wire: LiveWire, selected: LiveWire): CandidateState
}
