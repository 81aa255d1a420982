// Selects an endpoint for a request and hands out the lease on it.
import type { ErrorCode } from '../../contract/error-codes.ts'
import { cooldownRemainingMs, allowsRequest, type BreakerPolicy } from '../lease/breaker.ts'
import type { Clock } from '../clock.ts'
import type { Configuration } from '../state/configuration.ts'
import { isFull, type EndpointRuntime, type LiveWire } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { createLease, type Lease, type LeaseHooks } from '../lease/lease.ts'
import { pickByPriority } from './policies/priority.ts'
import { pickByQuota } from './policies/quota-share.ts'
import type { RoutingRequest } from './routing-request.ts'
import { createTokenEstimate } from './token-estimate.ts'

/** Why no endpoint can take the request. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
  /** Seconds until it may be worth trying again. */
  readonly retryAfterS: number
}

export type Selection = { readonly lease: Lease } | { readonly refusal: Refusal }

export interface Router {
  /**
   * Synchronous: takes the lease in the same turn as it selects.
   * @param tried - endpoints that have failed this request already and are passed over.
   */
  acquire(request: RoutingRequest, tried?: readonly EndpointRuntime[]): Selection
  /** What `acquire` would refuse the request with, without taking a lease; undefined where it would not. */
  refusal(request: RoutingRequest, tried?: readonly EndpointRuntime[]): Refusal | undefined
}

const DEFAULT_RETRY_S = 5
const NO_ENDPOINTS: readonly EndpointRuntime[] = []

const refuse = (code: ErrorCode, detail: string, retryAfterS = DEFAULT_RETRY_S): Refusal => ({
  code,
  detail,
  retryAfterS: Math.max(1, Math.ceil(retryAfterS)),
})

interface RouterOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: BreakerPolicy
  readonly hooks?: LeaseHooks
}

/** Whether the request may go to one endpoint alone. */
const hasPreferredEndpoint = ({ token }: RoutingRequest): boolean =>
  token !== null && token.preferredEndpointId !== null

/** @returns whether the request may go to the endpoint, as far as that is for its client token to say. */
export const mayGoTo = ({ token }: RoutingRequest, endpointId: number): boolean =>
  token === null || token.preferredEndpointId === null || token.preferredEndpointId === endpointId

/** Whether the first in order of priority is kept free of the request, for the prioritised input token. */
export function isFirstReserved({ settings }: Configuration, request: RoutingRequest): boolean {
  const { routingMode, priorityInputTokenId } = settings
  return (
    routingMode === 'priority' &&
    priorityInputTokenId !== null &&
    priorityInputTokenId !== request.token?.id &&
    !hasPreferredEndpoint(request)
  )
}

const isReady = (endpoint: EndpointRuntime, nowMs: number): boolean =>
  (endpoint.tripped === null || allowsRequest(endpoint, nowMs)) && !endpoint.unhealthy

function areReady(wires: readonly LiveWire[], nowMs: number): boolean {
  for (const { endpoint } of wires) if (!isReady(endpoint, nowMs)) return false
  return true
}

const noHooks: LeaseHooks = { onCharge: () => undefined, onRelease: () => undefined }

export function createRouter({ state, clock, policy, hooks = noHooks }: RouterOptions): Router {
  const leaseContext = { state, clock, policy, hooks, estimate: createTokenEstimate() }
  // Reused from request to request: selection is synchronous, and lists may be long.
  const scratch: LiveWire[] = []
  /** Those of a block's wires that may be asked: `some`, or the block's own list where that is all of them. */
  let available: readonly LiveWire[] = scratch

  const byQuota = (): boolean => state.snapshot().settings.routingMode === 'percentage'
  const anyFree = (): LiveWire | undefined => available.find(({ endpoint }) => !isFull(endpoint))
  const firstInOrder = (request: RoutingRequest): LiveWire | undefined =>
    pickByPriority(available, isFirstReserved(state.snapshot(), request))

  const pick = (request: RoutingRequest): LiveWire | undefined => {
    // A preference is no choice of the quotas: it must not move the level that they serve at.
    if (hasPreferredEndpoint(request)) return anyFree()
    return byQuota()
      ? pickByQuota(available, leaseContext.estimate.guess(request.measure, undefined))
      : firstInOrder(request)
  }

  /** Takes those of the wires that may be asked. @returns the soonest that another may be, in milliseconds from now. */
  const collectReady = (
    wires: readonly LiveWire[],
    isCandidate: (wire: LiveWire) => boolean,
    nowMs: number,
  ): number => {
    let ready = 0
    let soonestMs = Infinity
    for (const wire of wires) {
      if (!isCandidate(wire)) continue
      const { endpoint } = wire
      if (isReady(endpoint, nowMs)) scratch[ready++] = wire
      else soonestMs = Math.min(soonestMs, cooldownRemainingMs(endpoint, nowMs) || DEFAULT_RETRY_S * 1000)
    }
    // Cutting it to 0 first would give its storage away.
    if (scratch.length !== ready) scratch.length = ready
    available = scratch
    return soonestMs
  }

  /** Fills `available`, full endpoints among them. */
  const collectAvailable = (
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
  ): Refusal | undefined => {
    const nowMs = clock()
    const wires = state.wires(request.blockId)
    const hasPreference = hasPreferredEndpoint(request)
    // Most requests may go to all that their block has: nothing is copied for them.
    if (!hasPreference && tried.length === 0 && wires.length > 0 && areReady(wires, nowMs)) {
      available = wires
      return undefined
    }
    const isCandidate = ({ endpoint }: LiveWire): boolean =>
      mayGoTo(request, endpoint.config.id) && !tried.includes(endpoint)
    const soonestMs = collectReady(wires, isCandidate, nowMs)
    if (available.length > 0) return undefined
    if (!wires.some(isCandidate)) {
      return hasPreference
        ? refuse('LB_ERR_PREFERRED_NOT_CONNECTED', 'mapped endpoint not connected')
        : refuse('LB_ERR_NO_ENDPOINT', 'no connected endpoints available')
    }
    return hasPreference
      ? refuse('LB_ERR_PREFERRED_COOLING', 'mapped endpoint currently in cooldown', soonestMs / 1000)
      : refuse('LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown', soonestMs / 1000)
  }

  const select = (request: RoutingRequest, tried: readonly EndpointRuntime[]): LiveWire | Refusal => {
    const refusal = collectAvailable(request, tried)
    if (refusal) return refusal
    return pick(request) ?? refuse('LB_ERR_ALL_FULL', 'all connected endpoints are busy', 1)
  }

  return {
    acquire(request, tried = NO_ENDPOINTS) {
      const selected = select(request, tried)
      if ('code' in selected) return { refusal: selected }
      return { lease: createLease(leaseContext, request, selected.endpoint) }
    },
    refusal(request, tried = NO_ENDPOINTS) {
      const selected = collectAvailable(request, tried)
      if (selected) return selected
      return (hasPreferredEndpoint(request) || byQuota() ? anyFree() : firstInOrder(request))
        ? undefined
        : refuse('LB_ERR_ALL_FULL', 'all connected endpoints are busy', 1)
    },
  }
}
