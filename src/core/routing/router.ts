// Selects an endpoint for a request and creates the lease on it.
import type { ErrorCode } from '../../contract/error-codes.ts'
import {
  allowsRequest,
  cooldownRemainingMs,
  isScoped,
  isSetAside,
  type BreakerPolicy,
} from '../lease/breaker.ts'
import { covers } from '../lease/scope.ts'
import { describeMissingModel } from '../models/missing-model.ts'
import type { Clock } from '../clock.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { createLease, type Lease, type LeaseHooks } from '../lease/lease.ts'
import { isFull } from '../shared/slots.ts'
import { candidateKey, findWire, hasPreferredEndpoint } from './candidate-set.ts'
import { modelNames } from './served-wires.ts'
import { policyOf } from './policies/policy-of.ts'
import type { PolicyContext } from './policies/policy.ts'
import type { RoutingRequest } from './routing-request.ts'
import { createTokenEstimate } from './token-estimate.ts'

/** Why a request gets no endpoint. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
  /** Seconds until a retry may succeed, at least 1; undefined where none can. */
  readonly retryAfterS: number | undefined
  /** The member of the body that is refused. */
  readonly param?: 'model'
}

export type Selection = { readonly lease: Lease } | { readonly refusal: Refusal }

export interface Router {
  /**
   * Selects an endpoint and takes the lease on it, synchronously.
   * @param tried - endpoints that have failed this request already; they are no candidates.
   */
  acquire(request: RoutingRequest, tried?: readonly EndpointRuntime[]): Selection
  /** `acquire` gives requests with equal keys a lease or the same refusal, until the configuration or `onScopes` changes that. */
  candidateKey(request: RoutingRequest, tried: readonly EndpointRuntime[]): string
  /** Whether the request's block is wired to the endpoint, and the endpoint serves its model. */
  isWired(request: RoutingRequest, endpoint: EndpointRuntime): boolean
  /** Whether the endpoint may be selected now for some request, as far as it alone decides that. */
  hasRoom(endpoint: EndpointRuntime): boolean
  /** Whether a candidate that has room may be reserved for requests of another client token. */
  reservesFirst(request: RoutingRequest): boolean
}

const DEFAULT_RETRY_S = 5
const NO_ENDPOINTS: readonly EndpointRuntime[] = []
const NO_WIRES: readonly LiveWire[] = []

const refuse = (code: ErrorCode, detail: string, retryAfterS = DEFAULT_RETRY_S): Refusal => ({
  code,
  detail,
  retryAfterS: Math.max(1, Math.ceil(retryAfterS)),
})

const missingModel = (model: string, inReach: readonly string[]): Refusal => ({
  code: 'LB_ERR_MODEL_NOT_FOUND',
  detail: describeMissingModel(model, inReach),
  retryAfterS: undefined,
  param: 'model',
})

const allFull = (): Refusal => refuse('LB_ERR_ALL_FULL', 'all connected endpoints are busy', 1)

interface RouterOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: BreakerPolicy
  readonly hooks?: LeaseHooks
}

const isReady = (endpoint: EndpointRuntime, request: RoutingRequest, nowMs: number): boolean =>
  ((endpoint.tripped === null && endpoint.watch.hang === null) || allowsRequest(endpoint, request, nowMs)) &&
  !endpoint.unhealthy

function areReady(wires: readonly LiveWire[], request: RoutingRequest, nowMs: number): boolean {
  for (const { endpoint } of wires) if (!isReady(endpoint, request, nowMs)) return false
  return true
}

/** The endpoints with a cooldown of some requests, this one among them. */
function coolingFor({ scopedTrips }: GatewayState, request: RoutingRequest): readonly EndpointRuntime[] {
  if (scopedTrips.size === 0) return NO_ENDPOINTS
  return [...scopedTrips].filter(({ tripped }) => isScoped(tripped) && covers(tripped.scope, request))
}

/** Those of the wires that the client token allows. */
function allowedWires(wires: readonly LiveWire[], request: RoutingRequest): readonly LiveWire[] {
  if (!hasPreferredEndpoint(request)) return wires
  const wire = findWire(wires, request.token?.preferredEndpointId ?? 0)
  return wire ? [wire] : NO_WIRES
}

/** The wires to all endpoints that may ever serve the request, as configured. */
const wiresFor = (state: GatewayState, request: RoutingRequest): readonly LiveWire[] =>
  allowedWires(state.wires(request.blockId, request.model), request)

/** @returns why a request has no candidate. */
function refuseAll(state: GatewayState, request: RoutingRequest): Refusal {
  const { blockId, model } = request
  const all = state.wires(blockId)
  const wires = allowedWires(all, request)
  if (model !== undefined && wires.length > 0 && wiresFor(state, request).length === 0) {
    const isWhole = wires === all
    return missingModel(
      model,
      isWhole ? state.modelNames(blockId) : modelNames(wires.map(({ endpoint }) => endpoint)),
    )
  }
  return hasPreferredEndpoint(request)
    ? refuse('LB_ERR_PREFERRED_NOT_CONNECTED', 'mapped endpoint not connected')
    : refuse('LB_ERR_NO_ENDPOINT', 'no connected endpoints available')
}

/** @returns a function that numbers the wires of a model; undefined where they are all of the block's. */
function createSetNumbers(): (wires: readonly LiveWire[], all: readonly LiveWire[]) => number | undefined {
  const numbers = new WeakMap<readonly LiveWire[], number>()
  let last = 0
  return (wires, all) => {
    if (wires === all) return undefined
    const number = numbers.get(wires) ?? (last += 1)
    numbers.set(wires, number)
    return number
  }
}

const noHooks: LeaseHooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => undefined }

export function createRouter({ state, clock, policy, hooks = noHooks }: RouterOptions): Router {
  const estimate = createTokenEstimate()
  const leaseContext = { state, clock, policy, hooks, estimate }
  const policyContext: PolicyContext = { settings: () => state.snapshot().settings, estimate }
  const setNumber = createSetNumbers()
  // Reused from request to request: selection is synchronous, and lists may be long.
  const scratch: LiveWire[] = []
  /** The wires to available endpoints: `scratch`, or the block's own list where all of its wires are. */
  let available: readonly LiveWire[] = scratch

  const anyFree = (): LiveWire | undefined => available.find(({ endpoint }) => !isFull(endpoint))

  /** A preferred endpoint leaves the policy no choice, and must not move the level that the quotas serve at. */
  const pick = (request: RoutingRequest): LiveWire | undefined =>
    hasPreferredEndpoint(request)
      ? anyFree()
      : policyOf(policyContext.settings()).select(available, request, policyContext)

  const reservesFirst = (request: RoutingRequest): boolean => {
    const settings = policyContext.settings()
    return policyOf(settings).reservesFirst(request, settings)
  }

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
    if (!wires.some(isCandidate)) return refuseAll(state, request)
    return hasPreferredEndpoint(request)
      ? refuse('LB_ERR_PREFERRED_COOLING', 'mapped endpoint currently in cooldown', soonestMs / 1000)
      : refuse('LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown', soonestMs / 1000)
  }

  const select = (request: RoutingRequest, tried: readonly EndpointRuntime[]): LiveWire | Refusal => {
    const refusal = collectAvailable(request, tried)
    if (refusal) return refusal
    return pick(request) ?? allFull()
  }

  return {
    acquire(request, tried = NO_ENDPOINTS) {
      const selected = select(request, tried)
      if ('code' in selected) return { refusal: selected }
      return { lease: createLease(leaseContext, request, selected.endpoint) }
    },
    candidateKey: (request, tried) =>
      candidateKey(
        request,
        setNumber(state.wires(request.blockId, request.model), state.wires(request.blockId)),
        tried,
        reservesFirst(request),
        coolingFor(state, request),
      ),
    isWired: (request, { config }) =>
      findWire(state.wires(request.blockId, request.model), config.id) !== undefined,
    hasRoom: (endpoint) => !isFull(endpoint) && !endpoint.unhealthy && !isSetAside(endpoint, clock()),
    reservesFirst,
  }
}
