// Selects an endpoint for a request and creates the lease on it.
import { allowsRequest, cooldownRemainingMs, isSetAside, type BreakerPolicy } from '../lease/breaker.ts'
import type { Clock } from '../clock.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { createLease, type Lease, type LeaseHooks } from '../lease/lease.ts'
import { isFull } from '../shared/slots.ts'
import {
  candidateKey,
  coolingFor,
  createSetNames,
  findWire,
  hasOneEndpoint,
  wiresFor,
} from './candidate-set.ts'
import { createPlacer, type Placer } from '../placement/placer.ts'
import { placementOf, policyOf } from './policies/policy-of.ts'
import type { PolicyContext } from './policies/policy.ts'
import { allCooling, allFull, DEFAULT_RETRY_S, moreTelling, noCandidate, type Refusal } from './refusal.ts'
import type { RequestTargets, RoutingRequest } from './routing-request.ts'
import { createTokenEstimate } from './token-estimate.ts'

export type Selection = { readonly lease: Lease } | { readonly refusal: Refusal }

export interface Router {
  /**
   * Selects an endpoint and takes the lease on it, synchronously.
   * @param tried - endpoints that have failed this request already; they are no candidates.
   */
  acquire(request: RoutingRequest, tried?: readonly EndpointRuntime[]): Selection
  /** `acquire` gives requests with equal keys a lease or the same refusal, until the configuration or `onScopes` changes that. */
  candidateKey(request: RoutingRequest, tried: readonly EndpointRuntime[]): string
  /** Whether the request's block is wired to the endpoint, and the endpoint serves its call and model. */
  isWired(request: RoutingRequest, endpoint: EndpointRuntime): boolean
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
}

const isReady = (endpoint: EndpointRuntime, request: RoutingRequest, nowMs: number): boolean =>
  ((endpoint.tripped === null && endpoint.watch.hang === null) || allowsRequest(endpoint, request, nowMs)) &&
  !endpoint.unhealthy

function areReady(wires: readonly LiveWire[], request: RoutingRequest, nowMs: number): boolean {
  for (const { endpoint } of wires) if (!isReady(endpoint, request, nowMs)) return false
  return true
}

/** Serves a request as its first target with an available endpoint, as far as that has room or is not waited for. */
function acquireTarget(
  state: GatewayState,
  request: RoutingRequest,
  { requests, waits }: RequestTargets,
  acquire: (target: RoutingRequest) => Selection,
): Selection {
  let refusal: Refusal | undefined
  for (const target of requests) {
    if (wiresFor(state, target).length === 0) continue
    const selection = acquire(target)
    if ('lease' in selection) return selection
    if (selection.refusal.code === 'LB_ERR_ALL_FULL' && waits) return selection
    refusal = moreTelling(refusal, selection.refusal)
  }
  return { refusal: refusal ?? noCandidate(state, request) }
}

const noHooks: LeaseHooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => undefined }

const defaultPlacer = ({ state, clock }: RouterOptions): Placer =>
  createPlacer({ clock, endpoints: () => state.snapshot().endpoints.length })

export function createRouter(options: RouterOptions): Router {
  const { state, clock, policy, hooks = noHooks, placer = defaultPlacer(options) } = options
  const estimate = createTokenEstimate()
  const leaseContext = { state, clock, policy, hooks, estimate }
  const policyContext: PolicyContext = {
    settings: () => state.snapshot().settings,
    estimate,
    pickFor: (request) => placer.pickFor(request, placementOf(state.snapshot(), request)),
  }
  const setName = createSetNames(state)
  // Reused from request to request: selection is synchronous, and lists may be long.
  const scratch: LiveWire[] = []
  /** The wires to available endpoints: `scratch`, or the block's own list where all of its wires are. */
  let available: readonly LiveWire[] = scratch

  const anyFree = (): LiveWire | undefined => available.find(({ endpoint }) => !isFull(endpoint))

  /** A single endpoint leaves the policy no choice, and must not move the level that the quotas serve at. */
  const pick = (request: RoutingRequest): LiveWire | undefined =>
    hasOneEndpoint(request)
      ? anyFree()
      : policyOf(state.snapshot(), request).select(available, request, policyContext)

  const reservesFirst = (request: RoutingRequest): boolean =>
    policyOf(state.snapshot(), request).reservesFirst(request, policyContext.settings())

  /**
   * Fills `available` with the candidates that may be selected now.
   * @returns milliseconds until the first of the others may be; Infinity where there is none.
   */
  const collectReady = (
    wires: readonly LiveWire[],
    request: RoutingRequest,
    isCandidate: (wire: LiveWire) => boolean,
    nowMs: number,
  ): number => {
    let ready = 0
    let soonestMs = Infinity
    for (const wire of wires) {
      if (!isCandidate(wire)) continue
      const { endpoint } = wire
      if (isReady(endpoint, request, nowMs)) scratch[ready++] = wire
      else soonestMs = Math.min(soonestMs, cooldownRemainingMs(endpoint, nowMs) || DEFAULT_RETRY_S * 1000)
    }
    // Shortened only at the end: a length of 0 would free the array's storage.
    if (scratch.length !== ready) scratch.length = ready
    available = scratch
    return soonestMs
  }

  /** Fills `available`, full endpoints among them. @returns why it is empty; undefined where it is not. */
  const collectAvailable = (
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
  ): Refusal | undefined => {
    const nowMs = clock()
    const wires = wiresFor(state, request)
    // In the common case every wire is a candidate and ready: nothing is copied.
    if (tried.length === 0 && wires.length > 0 && areReady(wires, request, nowMs)) {
      available = wires
      return undefined
    }
    const isCandidate = ({ endpoint }: LiveWire): boolean => !tried.includes(endpoint)
    const soonestMs = collectReady(wires, request, isCandidate, nowMs)
    if (available.length > 0) return undefined
    return wires.some(isCandidate) ? allCooling(request, soonestMs / 1000) : noCandidate(state, request)
  }

  const select = (request: RoutingRequest, tried: readonly EndpointRuntime[]): LiveWire | Refusal => {
    const refusal = collectAvailable(request, tried)
    if (refusal) return refusal
    return pick(request) ?? allFull(request)
  }

  const acquireOne = (request: RoutingRequest, tried: readonly EndpointRuntime[]): Selection => {
    const selected = select(request, tried)
    if ('code' in selected) return { refusal: selected }
    const placed = placer.place(selected, request, placementOf(state.snapshot(), request))
    return { lease: createLease(leaseContext, request, selected.endpoint, placed) }
  }

  return {
    acquire: (request, tried = NO_ENDPOINTS) =>
      request.targets === undefined
        ? acquireOne(request, tried)
        : acquireTarget(state, request, request.targets, (target) => acquireOne(target, tried)),
    candidateKey: (request, tried) =>
      candidateKey(request, setName(request), tried, reservesFirst(request), coolingFor(state, request)),
    isWired(request, { config }) {
      const isServed = (each: RoutingRequest): boolean =>
        findWire(wiresFor(state, each), config.id) !== undefined
      return request.targets ? request.targets.requests.some(isServed) : isServed(request)
    },
    hasRoom: (endpoint) => !isFull(endpoint) && !endpoint.unhealthy && !isSetAside(endpoint, clock()),
    reservesFirst,
  }
}
