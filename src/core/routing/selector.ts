// Selects an endpoint for a request, without taking a lease on it.
import { cooldownRemainingMs } from '../lease/breaker.ts'
import type { Placer } from '../placement/placer.ts'
import { isFull } from '../shared/slots.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { hasOneEndpoint, wiresFor } from './candidate-set.ts'
import { placementOf, policyOf } from './policies/policy-of.ts'
import type { PolicyContext } from './policies/policy.ts'
import { allCooling, allFull, DEFAULT_RETRY_S, noCandidate, type Refusal } from './refusal.ts'
import type { RoutingRequest } from './routing-request.ts'
import { isAwaited, isReady } from './readiness.ts'
import { MAX_SHORT_LIST } from './long-lists/long-list.ts'
import { createSelectOfMany } from './long-lists/select-of-many.ts'
import type { TokenEstimate } from './token-estimate.ts'

interface SelectorOptions {
  readonly state: GatewayState
  readonly placer: Placer
  readonly estimate: TokenEstimate
}

/** @param request - one without targets. @returns the wire, whose policy counts it as selected, or why there is none. */
export type Select = (
  request: RoutingRequest,
  tried: readonly EndpointRuntime[],
  nowMs: number,
) => LiveWire | Refusal

function areReady(wires: readonly LiveWire[], request: RoutingRequest, nowMs: number): boolean {
  for (const { endpoint } of wires) if (!isReady(endpoint, request, nowMs)) return false
  return true
}

export function createSelector({ state, placer, estimate }: SelectorOptions): Select {
  const policyContext: PolicyContext = {
    settings: () => state.snapshot().settings,
    estimate,
    pickFor: (request) => placer.pickFor(request, placementOf(state.snapshot(), request)),
  }
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
    wires: readonly LiveWire[],
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
    nowMs: number,
  ): Refusal | undefined => {
    // In the common case every wire is a candidate and ready: nothing is copied.
    if (tried.length === 0 && wires.length > 0 && areReady(wires, request, nowMs)) {
      available = wires
      return undefined
    }
    const isCandidate = ({ endpoint }: LiveWire): boolean => !tried.includes(endpoint)
    const soonestMs = collectReady(wires, request, isCandidate, nowMs)
    if (available.length > 0) return undefined
    if (wires.some((wire) => isCandidate(wire) && isAwaited(wire.endpoint, request, nowMs)))
      return allFull(request)
    return wires.some(isCandidate) ? allCooling(request, soonestMs / 1000) : noCandidate(state, request)
  }

  const selectOfMany = createSelectOfMany(state, policyContext)

  return (request, tried, nowMs) => {
    const wires = wiresFor(state, request)
    const selected = wires.length > MAX_SHORT_LIST ? selectOfMany(wires, request, tried, nowMs) : undefined
    return selected ?? collectAvailable(wires, request, tried, nowMs) ?? pick(request) ?? allFull(request)
  }
}
