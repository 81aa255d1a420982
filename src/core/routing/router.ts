// Selects an endpoint for a request and creates the lease on it.
import { isSetAside, type BreakerPolicy } from '../lease/breaker.ts'
import type { Clock } from '../clock.ts'
import type { DecisionLog } from '../decisions/decision-log.ts'
import { createExplainRequest, type Explanation } from '../decisions/explain-request.ts'
import { selectionFacts } from '../decisions/selection-facts.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { createLease, type Lease, type LeaseHooks } from '../lease/lease.ts'
import { isFull } from '../shared/slots.ts'
import { candidateKey, coolingFor, createSetNames, findWire, servedAs, wiresFor } from './candidate-set.ts'
import { createPlacer, type Placer } from '../placement/placer.ts'
import { placementOf, policyOf } from './policies/policy-of.ts'
import type { Refusal } from './refusal.ts'
import type { RoutingRequest } from './routing-request.ts'
import { selectTarget } from './select-target.ts'
import { createSelector } from './selector.ts'
import { createTokenEstimate } from './token-estimate.ts'

export type Selection = { readonly lease: Lease } | { readonly refusal: Refusal }

export interface Router {
  /**
   * Selects an endpoint and takes the lease on it, synchronously.
   * @param tried - endpoints that have failed this request already; they are no candidates.
   * @param isQueued - whether the request has waited in the queue. Default false.
   */
  acquire(request: RoutingRequest, tried?: readonly EndpointRuntime[], isQueued?: boolean): Selection
  /** What `acquire` would do now. Changes nothing. */
  explain(request: RoutingRequest, tried?: readonly EndpointRuntime[]): Explanation
  /** `acquire` gives requests with equal keys a lease or the same refusal, until the configuration or `onScopes` changes that. */
  candidateKey(request: RoutingRequest, tried: readonly EndpointRuntime[]): string
  /** Whether the request's block is wired to the endpoint, and the endpoint serves its call and model. */
  isWired(request: RoutingRequest, endpoint: EndpointRuntime): boolean
  /** All endpoints that `isWired` holds for. */
  endpointsOf(request: RoutingRequest): readonly EndpointRuntime[]
  /** Whether the endpoint may be selected now for some request, as far as it alone decides that. */
  hasRoom(endpoint: EndpointRuntime): boolean
  /** Whether a candidate that has room may be reserved for requests of another client token. */
  reservesFirst(request: RoutingRequest): boolean
}

const NO_ENDPOINTS: readonly EndpointRuntime[] = []

interface RouterOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: BreakerPolicy
  readonly hooks?: LeaseHooks
  /** Default: one with small prefix caches. */
  readonly placer?: Placer
  /** Default: selections are not recorded. */
  readonly decisions?: DecisionLog
}

const noHooks: LeaseHooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => undefined }

const defaultPlacer = ({ state, clock }: RouterOptions): Placer =>
  createPlacer({ clock, endpoints: () => state.snapshot().endpoints.length })

export function createRouter(options: RouterOptions): Router {
  const { state, clock, policy, hooks = noHooks, placer = defaultPlacer(options), decisions } = options
  const estimate = createTokenEstimate()
  const leaseContext = { state, clock, policy, hooks, estimate }
  const selectionContext = { state, placer, estimate }
  const select = createSelector(selectionContext)
  const explain = createExplainRequest({ ...selectionContext, clock, select })
  const setName = createSetNames(state)

  const reservesFirst = (request: RoutingRequest): boolean =>
    policyOf(state.snapshot(), request).reservesFirst(request, state.snapshot().settings)

  const acquireOne = (
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
    isQueued: boolean,
  ): Selection => {
    const nowMs = clock()
    const selected = select(request, tried, nowMs)
    if ('code' in selected) return { refusal: selected }
    const facts = decisions && selectionFacts(selectionContext, request, tried, selected, nowMs)
    const decision = facts && decisions.record(facts, isQueued)
    const placed = placer.place(selected, request, placementOf(state.snapshot(), request), nowMs)
    const { endpoint } = selected
    return {
      lease: decision
        ? createLease(leaseContext, request, endpoint, decision.follow(placed), decision.route)
        : createLease(leaseContext, request, endpoint, placed),
    }
  }

  return {
    acquire: (request, tried = NO_ENDPOINTS, isQueued = false) =>
      selectTarget(state, request, (target) => acquireOne(target, tried, isQueued)),
    explain: (request, tried = NO_ENDPOINTS) => explain(request, tried),
    candidateKey: (request, tried) =>
      candidateKey(request, setName(request), tried, reservesFirst(request), coolingFor(state, request)),
    isWired(request, { config }) {
      const isServed = (each: RoutingRequest): boolean =>
        findWire(wiresFor(state, each), config.id) !== undefined
      return request.targets ? request.targets.requests.some(isServed) : isServed(request)
    },
    endpointsOf(request) {
      const wires = servedAs(request).flatMap((each) => wiresFor(state, each))
      return [...new Set(wires.map(({ endpoint }) => endpoint))]
    },
    hasRoom: (endpoint) => !isFull(endpoint) && !endpoint.unhealthy && !isSetAside(endpoint, clock()),
    reservesFirst,
  }
}
