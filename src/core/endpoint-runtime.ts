// The live side of one endpoint: counters, load and standing, which survive changes of its configuration.
import type { Clock } from './clock.ts'
import type { EndpointConfig } from './configuration.ts'
import type { EndpointCounters } from './counters.ts'

export interface EndpointRuntime {
  /** The endpoint as configured now; swapped on every change. */
  config: EndpointConfig
  /** Most requests it may hold at once. */
  capacity: number
  readonly counters: EndpointCounters
  inflight: number
  /** On the core clock, which starts above 0; in the past while it is not set aside. */
  cooldownUntilMs: number
  /** Stride scheduling: what it has been charged, in tokens per percent of quota. */
  pass: number
  /** Counts its fresh starts in the sharing; leases from before one no longer move its pass. */
  epoch: number
}

/** A wire to an enabled endpoint, with what its block alone knows of that endpoint's place in the sharing. */
export interface LiveWire {
  readonly endpoint: EndpointRuntime
  /** Added to the pass of the endpoint; what the block forgives or forgets must not show in other blocks. */
  offset: number
  /** Pass and offset when the quotas last picked it. */
  servedAt: number
  /** The endpoint's epoch in which it was given its place; another than the present one makes it a newcomer. */
  epoch: number
}

export interface CooldownPolicy {
  /** Consecutive failures that start a cooldown. */
  readonly failThreshold: number
  readonly cooldownS: number
}

export const isFull = (endpoint: EndpointRuntime): boolean => endpoint.inflight >= endpoint.capacity

/** Milliseconds until it may be selected again; 0 when it may. */
export const cooldownRemainingMs = (endpoint: EndpointRuntime, nowMs: number): number =>
  endpoint.cooldownUntilMs > nowMs ? endpoint.cooldownUntilMs - nowMs : 0

/** A success ends a row of failures and any cooldown. */
export function recordSuccess(endpoint: EndpointRuntime): void {
  endpoint.counters.consecutiveFailures = 0
  endpoint.cooldownUntilMs = 0
}

export function recordFailure(endpoint: EndpointRuntime, clock: Clock, policy: CooldownPolicy): void {
  endpoint.counters.consecutiveFailures += 1
  if (endpoint.counters.consecutiveFailures < policy.failThreshold || policy.cooldownS === 0) return
  endpoint.cooldownUntilMs = clock() + policy.cooldownS * 1000
  endpoint.epoch += 1
}
