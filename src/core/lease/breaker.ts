// The circuit breaker of one endpoint: closed, open for a cooldown, half-open for one probe.
// See Nygard, "Release It!", 2nd edition, chapter 5.
import type { Clock } from '../clock.ts'
import type { EndpointRuntime, Trip } from '../state/endpoint-runtime.ts'

export interface BreakerPolicy {
  /** Consecutive failures that open it. */
  readonly failThreshold: number
  /** The first cooldown; each failed probe doubles it, up to five minutes. 0 keeps the breaker closed. */
  readonly cooldownS: number
}

export type BreakerState = 'closed' | 'open' | 'half_open'

const MAX_COOLDOWN_MS = 300_000
const MAX_ERROR_CHARACTERS = 200

export function breakerState({ tripped }: EndpointRuntime, nowMs: number): BreakerState {
  if (tripped === null) return 'closed'
  return tripped.untilMs > nowMs ? 'open' : 'half_open'
}

/** Milliseconds until it may be selected again; 0 when it may. */
export const cooldownRemainingMs = ({ tripped }: EndpointRuntime, nowMs: number): number =>
  tripped === null ? 0 : Math.max(0, tripped.untilMs - nowMs)

/** Closed, or ready for a probe that nobody else is making. */
export const allowsRequest = ({ tripped }: EndpointRuntime, nowMs: number): boolean =>
  tripped === null || (!tripped.probing && tripped.untilMs <= nowMs)

function open(endpoint: EndpointRuntime, nowMs: number, cooldownMs: number): void {
  endpoint.tripped = { untilMs: nowMs + cooldownMs, cooldownMs, probing: false }
  endpoint.epoch += 1
}

/** Begins a request. @returns what it is the probe of: the one request that a half-open breaker lets through. */
export function beginRequest({ tripped }: EndpointRuntime): Trip | null {
  if (tripped !== null) tripped.probing = true
  return tripped
}

/** The probe's client has left: another may take its place. */
export function releaseProbe(probe: Trip): void {
  probe.probing = false
}

/** @param probe - from beginRequest: of a request from before the breaker opened a success proves nothing about now. */
export function recordSuccess(endpoint: EndpointRuntime, probe: Trip | null): void {
  if (endpoint.tripped !== probe && endpoint.tripped !== null) return
  endpoint.counters.consecutiveFailures = 0
  endpoint.tripped = null
}

export interface Failure {
  /** What happened, in words without secrets; cut at 200 characters. */
  readonly error: string
  /** The upstream's own Retry-After, which opens the breaker at once; at most five minutes count. */
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
  const askedMs = Math.min(retryAfterMs, MAX_COOLDOWN_MS)
  const baseMs = policy.cooldownS * 1000
  if (tripped !== null && tripped === probe) {
    const longestMs = Math.max(MAX_COOLDOWN_MS, baseMs)
    open(endpoint, nowMs, Math.max(askedMs, Math.min(longestMs, tripped.cooldownMs * 2)))
  } else if (askedMs > 0) {
    // A later Retry-After may lengthen a cooldown and never cuts it short.
    const leftMs = tripped === null ? 0 : tripped.untilMs - nowMs
    if (askedMs > leftMs) open(endpoint, nowMs, askedMs)
  } else if (tripped === null && counters.consecutiveFailures >= policy.failThreshold && baseMs > 0) {
    open(endpoint, nowMs, baseMs)
  }
}

/** Closes it by hand. */
export function resetBreaker(endpoint: EndpointRuntime): void {
  endpoint.tripped = null
  endpoint.counters.consecutiveFailures = 0
  endpoint.lastError = null
}
