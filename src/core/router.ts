// Selects an endpoint for a request and hands out the lease on it.
import type { ErrorCode } from '../contract/error-codes.ts'
import type { Clock } from './clock.ts'
import type { TokenConfig } from './configuration.ts'
import {
  cooldownRemainingMs,
  isFull,
  type CooldownPolicy,
  type EndpointRuntime,
  type LiveWire,
} from './endpoint-runtime.ts'
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

export interface Router {
  /**
   * Synchronous: takes the lease in the same turn as it selects.
   * @param tried - endpoints that have failed this request already and are passed over.
   */
  acquire(demand: Demand, tried?: readonly EndpointRuntime[]): Selection
}

const DEFAULT_RETRY_S = 5

const refuse = (code: ErrorCode, detail: string, retryAfterS = DEFAULT_RETRY_S): Selection => ({
  refusal: { code, detail, retryAfterS: Math.max(1, Math.ceil(retryAfterS)) },
})

interface RouterOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: CooldownPolicy
}

export function createRouter({ state, clock, policy }: RouterOptions): Router {
  const estimate = createTokenEstimate()
  // Reused from request to request: selection is synchronous, and lists may be long.
  const available: LiveWire[] = []

  const pick = (demand: Demand): LiveWire | undefined => {
    const { routingMode, priorityInputTokenId } = state.snapshot().settings
    if (routingMode === 'percentage') {
      return pickByQuota(available, estimate.guess(demand.measure, undefined))
    }
    const keepFirst = priorityInputTokenId !== null && priorityInputTokenId !== demand.token?.id
    return pickByPriority(available, keepFirst)
  }

  return {
    acquire(demand, tried = []) {
      const nowMs = clock()
      const preferredId = demand.token?.preferredEndpointId ?? null
      available.length = 0
      let wired = 0
      let soonestMs = Infinity
      for (const wire of state.wires(demand.blockId)) {
        const { endpoint } = wire
        if (preferredId !== null && endpoint.config.id !== preferredId) continue
        if (tried.includes(endpoint)) continue
        wired += 1
        const remainingMs = cooldownRemainingMs(endpoint, nowMs)
        if (remainingMs === 0) available.push(wire)
        else soonestMs = Math.min(soonestMs, remainingMs)
      }
      if (wired === 0) {
        return preferredId === null
          ? refuse('LB_ERR_NO_ENDPOINT', 'no connected endpoints available')
          : refuse('LB_ERR_PREFERRED_NOT_CONNECTED', 'mapped endpoint not connected')
      }
      if (available.length === 0) {
        return preferredId === null
          ? refuse('LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown', soonestMs / 1000)
          : refuse('LB_ERR_PREFERRED_COOLING', 'mapped endpoint currently in cooldown', soonestMs / 1000)
      }
      const wire = preferredId === null ? pick(demand) : available.find((only) => !isFull(only.endpoint))
      if (wire === undefined) return refuse('LB_ERR_ALL_FULL', 'all connected endpoints are busy', 1)
      return { lease: createLease({ state, clock, policy, estimate }, demand, wire.endpoint) }
    },
  }
}
