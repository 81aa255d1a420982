// The circuit breaker of one endpoint: closed, open for a cooldown, half-open for one probe.
// See Nygard, "Release It!", 2nd edition, chapter 5.
import type { Clock } from '../clock.ts'
import type { EndpointRuntime, Trip } from '../state/endpoint-runtime.ts'
import { allowsWait, resetWatch } from './first-byte-watch.ts'

export interface BreakerPolicy {
  /** Consecutive failures that open the breaker. */
  readonly failThreshold: number
  /** The first cooldown; each failed probe doubles it, up to five minutes. 0 keeps the breaker closed. */
  readonly cooldownS: number
}

export type BreakerState = 'closed' | 'open' | 'half_open'

const MAX_COOLDOWN_MS = 300_000
const MAX_ERROR_CHARACTERS = 200

/** A hung endpoint counts as half-open: it gets one request at a time until it has sent a byte. */
export function breakerState({ tripped, watch }: EndpointRuntime, nowMs: number): BreakerState {
  if (tripped === null) return watch.hang === null ? 'closed' : 'half_open'
  return tripped.untilMs > nowMs ? 'open' : 'half_open'
}

/** Milliseconds until the endpoint may be selected again; 0 when it may be now. */
export const cooldownRemainingMs = ({ tripped }: EndpointRuntime, nowMs: number): number =>
  tripped === null ? 0 : Math.max(0, tripped.untilMs - nowMs)

/** Whether the breaker is closed, or half-open without a probe in flight. */
export const allowsRequest = ({ tripped, watch }: EndpointRuntime, nowMs: number): boolean =>
  (tripped === null || (!tripped.probing && tripped.untilMs <= nowMs)) && allowsWait(watch, nowMs)

function open(endpoint: EndpointRuntime, nowMs: number, cooldownMs: number): void {
  endpoint.tripped = { untilMs: nowMs + cooldownMs, cooldownMs, probing: false }
  endpoint.epoch += 1
}

/** Registers a request. @returns the trip that the request is the probe of; null while the breaker is closed. */
export function beginRequest({ tripped }: EndpointRuntime): Trip | null {
  if (tripped !== null) tripped.probing = true
  return tripped
}

/** Ends a probe without a result, because its client left: another request may be the probe. */
export function releaseProbe(probe: Trip): void {
  probe.probing = false
}

/** @param probe - from beginRequest. A success of a request that began before the breaker opened changes nothing. */
export function recordSuccess(endpoint: EndpointRuntime, probe: Trip | null): void {
  if (endpoint.tripped !== probe && endpoint.tripped !== null) return
  endpoint.counters.consecutiveFailures = 0
  endpoint.tripped = null
}

export interface Failure {
  /** Without secrets; cut at 200 characters. */
  readonly error: string
  /** The upstream's Retry-After, which opens the breaker at once; capped at five minutes. */
  readonly retryAfterMs?: number | undefined
  /** From beginRequest. */
  readonly probe: Trip | null
}

export function recordError(endpoint: EndpointRuntime, clock: Clock, error: string): void {
  endpoint.lastError = { text: error.slice(0, MAX_ERROR_CHARACTERS), atMs: clock() }
}

export function recordFailure(
  endpoint: EndpointRuntime,
  clock: Clock,
  policy: BreakerPolicy,
  { retryAfterMs = 0, probe }: Failure,
): void {
  const { counters, tripped } = endpoint
  const nowMs = clock()
  counters.consecutiveFailures += 1
  const requestedMs = Math.min(retryAfterMs, MAX_COOLDOWN_MS)
  const baseMs = policy.cooldownS * 1000
  if (tripped !== null && tripped === probe) {
    const longestMs = Math.max(MAX_COOLDOWN_MS, baseMs)
    open(endpoint, nowMs, Math.max(requestedMs, Math.min(longestMs, tripped.cooldownMs * 2)))
  } else if (requestedMs > 0) {
    // A later Retry-After may lengthen a cooldown but never shortens it.
    const leftMs = tripped === null ? 0 : tripped.untilMs - nowMs
    if (requestedMs > leftMs) open(endpoint, nowMs, requestedMs)
  } else if (tripped === null && counters.consecutiveFailures >= policy.failThreshold && baseMs > 0) {
    open(endpoint, nowMs, baseMs)
  }
}

/** Closes the breaker on an operator's request. */
export function resetBreaker(endpoint: EndpointRuntime): void {
  endpoint.tripped = null
  resetWatch(endpoint.watch)
  endpoint.counters.consecutiveFailures = 0
  endpoint.lastError = null
}
