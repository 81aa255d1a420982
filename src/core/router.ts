// Selects an endpoint for a request and hands out the lease on it.
import type { ErrorCode } from '../contract/error-codes.ts'
import { cooldownRemainingMs, letsThrough, type BreakerPolicy } from './breaker.ts'
import type { Clock } from './clock.ts'
import type { Configuration, TokenConfig } from './configuration.ts'
import { isFull, type EndpointRuntime, type LiveWire } from './endpoint-runtime.ts'
import type { GatewayState } from './gateway-state.ts'
import { createLease, type Lease } from './lease.ts'
import { pickByPriority } from './priority.ts'
import { pickByQuota } from './stride.ts'
import { createTokenEstimate, type TokenMeasure } from './token-estimate.ts'

/** What a request wants of the router. */
export interface Demand {
  readonly blockId: number
  /** null for anonymous clients and for tokens of LB_CLIENT_TOKENS. */
  readonly token: TokenConfig | null
  readonly measure: TokenMeasure
  /** The most tokens the answer may have, where the request says so. */
  readonly maxTokens: number | undefined
}

/** Why no endpoint can take the request. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
  /** Seconds until it may be worth trying again. */
  readonly retryAfterS: number
}

export type Selection = { readonly lease: Lease } | { readonly refusal: Refusal }

/** Told of what concerns those who wait for an endpoint. */
export interface RouterHooks {
  /** Tokens charged to a request: an estimate at first, then corrections, which may be negative. */
  onCharge(demand: Demand, tokens: number): void
  /** A lease was settled: an endpoint has room, or has changed its standing. */
  onRelease(): void
}

export interface Router {
  /**
   * Synchronous: takes the lease in the same turn as it selects.
   * @param tried - endpoints that have failed this request already and are passed over.
   */
  acquire(demand: Demand, tried?: readonly EndpointRuntime[]): Selection
  /** What `acquire` would refuse the request with, without taking a lease; undefined where it would not. */
  refusal(demand: Demand, tried?: readonly EndpointRuntime[]): Refusal | undefined
}

const DEFAULT_RETRY_S = 5
const NOBODY: readonly EndpointRuntime[] = []

const refuse = (code: ErrorCode, detail: string, retryAfterS = DEFAULT_RETRY_S): Refusal => ({
  code,
  detail,
  retryAfterS: Math.max(1, Math.ceil(retryAfterS)),
})

interface RouterOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: BreakerPolicy
  readonly hooks?: RouterHooks
}

/** Whether the request may go to one endpoint alone. */
const prefers = ({ token }: Demand): boolean => token !== null && token.preferredEndpointId !== null

/** @returns whether the request may go to the endpoint, as far as that is for its client token to say. */
export const isWantedBy = ({ token }: Demand, endpointId: number): boolean =>
  token === null || token.preferredEndpointId === null || token.preferredEndpointId === endpointId

/** Whether the first in order of priority is kept free of the request, for the prioritised input token. */
export function isKeptFree({ settings }: Configuration, demand: Demand): boolean {
  const { routingMode, priorityInputTokenId } = settings
  return (
    routingMode === 'priority' &&
    priorityInputTokenId !== null &&
    priorityInputTokenId !== demand.token?.id &&
    !prefers(demand)
  )
}

const isReady = (endpoint: EndpointRuntime, nowMs: number): boolean =>
  (endpoint.tripped === null || letsThrough(endpoint, nowMs)) && !endpoint.unhealthy

function areReady(wires: readonly LiveWire[], nowMs: number): boolean {
  for (const { endpoint } of wires) if (!isReady(endpoint, nowMs)) return false
  return true
}

const noHooks: RouterHooks = { onCharge: () => undefined, onRelease: () => undefined }

export function createRouter({ state, clock, policy, hooks = noHooks }: RouterOptions): Router {
  const leaseContext = { state, clock, policy, hooks, estimate: createTokenEstimate() }
  // Reused from request to request: selection is synchronous, and lists may be long.
  const some: LiveWire[] = []
  /** Those of a block's wires that may be asked: `some`, or the block's own list where that is all of them. */
  let available: readonly LiveWire[] = some

  const byQuota = (): boolean => state.snapshot().settings.routingMode === 'percentage'
  const anyFree = (): LiveWire | undefined => available.find(({ endpoint }) => !isFull(endpoint))
  const firstInOrder = (demand: Demand): LiveWire | undefined =>
    pickByPriority(available, isKeptFree(state.snapshot(), demand))

  const pick = (demand: Demand): LiveWire | undefined => {
    // A preference is no choice of the quotas: it must not move the level that they serve at.
    if (prefers(demand)) return anyFree()
    return byQuota()
      ? pickByQuota(available, leaseContext.estimate.guess(demand.measure, undefined))
      : firstInOrder(demand)
  }

  /** Takes those of the wires that may be asked. @returns the soonest that another may be, in milliseconds from now. */
  const gather = (
    wires: readonly LiveWire[],
    isAsked: (wire: LiveWire) => boolean,
    nowMs: number,
  ): number => {
    let ready = 0
    let soonestMs = Infinity
    for (const wire of wires) {
      if (!isAsked(wire)) continue
      const { endpoint } = wire
      if (isReady(endpoint, nowMs)) some[ready++] = wire
      else soonestMs = Math.min(soonestMs, cooldownRemainingMs(endpoint, nowMs) || DEFAULT_RETRY_S * 1000)
    }
    // Cutting it to 0 first would give its storage away.
    if (some.length !== ready) some.length = ready
    available = some
    return soonestMs
  }

  /** Fills `available`, full endpoints among them. */
  const survey = (demand: Demand, tried: readonly EndpointRuntime[]): Refusal | undefined => {
    const nowMs = clock()
    const wires = state.wires(demand.blockId)
    const isPreferring = prefers(demand)
    // Most requests may go to all that their block has: nothing is copied for them.
    if (!isPreferring && tried.length === 0 && wires.length > 0 && areReady(wires, nowMs)) {
      available = wires
      return undefined
    }
    const isWanted = ({ endpoint }: LiveWire): boolean =>
      isWantedBy(demand, endpoint.config.id) && !tried.includes(endpoint)
    const soonestMs = gather(wires, isWanted, nowMs)
    if (available.length > 0) return undefined
    if (!wires.some(isWanted)) {
      return isPreferring
        ? refuse('LB_ERR_PREFERRED_NOT_CONNECTED', 'mapped endpoint not connected')
        : refuse('LB_ERR_NO_ENDPOINT', 'no connected endpoints available')
    }
    return isPreferring
      ? refuse('LB_ERR_PREFERRED_COOLING', 'mapped endpoint currently in cooldown', soonestMs / 1000)
      : refuse('LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown', soonestMs / 1000)
  }

  const select = (demand: Demand, tried: readonly EndpointRuntime[]): LiveWire | Refusal => {
    const refusal = survey(demand, tried)
    if (refusal) return refusal
    return pick(demand) ?? refuse('LB_ERR_ALL_FULL', 'all connected endpoints are busy', 1)
  }

  return {
    acquire(demand, tried = NOBODY) {
      const selected = select(demand, tried)
      if ('code' in selected) return { refusal: selected }
      return { lease: createLease(leaseContext, demand, selected.endpoint) }
    },
    refusal(demand, tried = NOBODY) {
      const selected = survey(demand, tried)
      if (selected) return selected
      return (prefers(demand) || byQuota() ? anyFree() : firstInOrder(demand))
        ? undefined
        : refuse('LB_ERR_ALL_FULL', 'all connected endpoints are busy', 1)
    },
  }
}
