// The circuit breaker of one endpoint: closed, open for a cooldown, half-open for one probe. It opens as wide as its
// evidence: for one client where only that client's requests have failed, for one model where only requests for that
// model have, else for everyone. See Nygard, "Release It!", 2nd edition, chapter 5.
import type { Clock } from '../clock.ts'
import { setAside, type EndpointRuntime, type Trip } from '../state/endpoint-runtime.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import { addFailure, NO_EVIDENCE } from './failure-evidence.ts'
import { lastSuccessOutsideMs } from './recent-success.ts'
import { covers, EVERYONE, isEveryone, scopeOf, union } from './scope.ts'
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

/** For how long the breaker has not been closed; null while it is. */
export function breakerAgeMs({ tripped, watch }: EndpointRuntime, nowMs: number): number | null {
  const sinceMs = Math.min(tripped?.sinceMs ?? Infinity, watch.hang?.sinceMs ?? Infinity)
  return sinceMs === Infinity ? null : nowMs - sinceMs
}

/** Milliseconds until the cooldown ends; 0 when it has. */
export const cooldownRemainingMs = ({ tripped }: EndpointRuntime, nowMs: number): number =>
  tripped === null ? 0 : Math.max(0, tripped.untilMs - nowMs)

/** Whether the cooldown is over, and no probe in flight. */
export const isProbeDue = ({ probing, untilMs }: Trip, nowMs: number): boolean => !probing && untilMs <= nowMs

/**
 * Whether the breaker is closed for the request, or half-open without a probe in flight. A cooldown of everyone that
 * rests on a probe of one client is over for the others: one of them may be the next probe.
 */
export function allowsRequest(
  { tripped, watch }: EndpointRuntime,
  request: RoutingRequest,
  nowMs: number,
): boolean {
  if (!allowsWait(watch, nowMs)) return false
  if (tripped === null) return true
  if (covers(tripped.scope, request)) return tripped.probesLeft > 0 && isProbeDue(tripped, nowMs)
  return !tripped.isForEveryone || !tripped.probing
}

/**
 * Whether the request might be the probe if another process had not been allowed to send it. Such a process waits for room,
 * so that the endpoint counts as full for this request until that probe has begun.
 */
export const awaitsProbe = (
  { tripped, watch }: EndpointRuntime,
  request: RoutingRequest,
  nowMs: number,
): boolean =>
  tripped !== null &&
  tripped.isProbeAwaited &&
  covers(tripped.scope, request) &&
  isProbeDue(tripped, nowMs) &&
  allowsWait(watch, nowMs)

/** Whether the endpoint accepts no requests for now, whoever sends them. */
export function isSetAside({ tripped, watch }: EndpointRuntime, nowMs: number): boolean {
  if (!allowsWait(watch, nowMs)) return true
  if (tripped === null || !tripped.isForEveryone) return false
  return tripped.probing || (tripped.untilMs > nowMs && isEveryone(tripped.scope))
}

/** Whether there is a cooldown that concerns some requests and not others. */
export const isScoped = (trip: Trip | null): trip is Trip => trip !== null && !isEveryone(trip.scope)

/** Whether the endpoint serves the other requests meanwhile as if nothing were. */
export const servesOthers = (trip: Trip | null): trip is Trip => isScoped(trip) && !trip.isForEveryone

function open(
  endpoint: EndpointRuntime,
  nowMs: number,
  trip: Pick<Trip, 'cooldownMs' | 'scope' | 'isForEveryone'>,
): void {
  const sinceMs = endpoint.tripped?.sinceMs ?? nowMs
  const untilMs = nowMs + trip.cooldownMs
  endpoint.tripped = {
    ...trip,
    sinceMs,
    untilMs,
    probing: false,
    probesLeft: Infinity,
    isProbeAwaited: false,
  }
  setAside(endpoint)
}

/** The hold of one request on the breaker. */
export interface BreakerPass {
  /** The trip under which the request began; null while the breaker was closed. */
  readonly trip: Trip | null
  /** Whether it is the trip's probe, rather than a request that the cooldown does not concern. */
  readonly isProbe: boolean
}

const CLOSED_PASS: BreakerPass = { trip: null, isProbe: false }

export function beginRequest({ tripped }: EndpointRuntime, request: RoutingRequest): BreakerPass {
  if (tripped === null) return CLOSED_PASS
  const isProbe = tripped.isForEveryone || covers(tripped.scope, request)
  if (isProbe) {
    tripped.probing = true
    tripped.probesLeft -= 1
  }
  return { trip: tripped, isProbe }
}

/** Ends a probe without a result, because its client left: another request may be the probe. */
export function releaseProbe({ trip, isProbe }: BreakerPass): void {
  if (trip !== null && isProbe) trip.probing = false
}

/** @param pass - from beginRequest. A success of a request that began before the breaker opened changes nothing. */
export function recordSuccess(endpoint: EndpointRuntime, { trip }: BreakerPass): void {
  if (endpoint.tripped !== trip && endpoint.tripped !== null) return
  if (endpoint.tripped !== null || endpoint.counters.consecutiveFailures > 0) endpoint.journal.note(endpoint)
  endpoint.counters.consecutiveFailures = 0
  endpoint.evidence = NO_EVIDENCE
  endpoint.tripped = null
}

export interface Failure {
  /** Without secrets; cut at 200 characters. */
  readonly error: string
  /** The upstream's Retry-After, which opens the breaker for everyone at once; capped at five minutes. */
  readonly retryAfterMs?: number | undefined
  /** Whether the request, or the rights of its client, may have caused the failure. */
  readonly mayBeRequestFault: boolean
  readonly request: RoutingRequest
  /** From beginRequest. */
  readonly pass: BreakerPass
}

export function recordError(endpoint: EndpointRuntime, clock: Clock, error: string): void {
  endpoint.lastError = { text: error.slice(0, MAX_ERROR_CHARACTERS), atMs: clock() }
}

/** Opens the breaker again after a failed probe. */
function reopen(
  endpoint: EndpointRuntime,
  nowMs: number,
  trip: Trip,
  { mayBeRequestFault, request }: Failure,
  longestMs: number,
  requestedMs: number,
): void {
  const doubledMs = Math.max(requestedMs, Math.min(longestMs, trip.cooldownMs * 2))
  if (!mayBeRequestFault || requestedMs > 0)
    return open(endpoint, nowMs, { cooldownMs: doubledMs, scope: EVERYONE, isForEveryone: true })
  if (!trip.isForEveryone)
    return open(endpoint, nowMs, {
      ...trip,
      cooldownMs: doubledMs,
      scope: union(trip.scope, scopeOf(request)),
    })
  if (!covers(trip.scope, request))
    // The second client whose probe has failed: the first has doubled the cooldown already.
    return open(endpoint, nowMs, { ...trip, scope: EVERYONE })
  open(endpoint, nowMs, { cooldownMs: doubledMs, scope: scopeOf(request), isForEveryone: true })
}

/** Opens the breaker once the failures in a row reach the threshold, as wide as they reach. */
function openByEvidence(
  endpoint: EndpointRuntime,
  nowMs: number,
  { failThreshold, cooldownS }: BreakerPolicy,
): void {
  const { counters, evidence, tripped } = endpoint
  const cooldownMs = cooldownS * 1000
  if (counters.consecutiveFailures < failThreshold || cooldownMs <= 0 || tripped?.isForEveryone) return
  const scope = evidence.ownFailures >= failThreshold ? EVERYONE : (evidence.scope ?? EVERYONE)
  const isForEveryone = isEveryone(scope)
  if (tripped !== null && !isForEveryone) {
    const wider = union(tripped.scope, scope)
    if (wider.client === tripped.scope.client && wider.model === tripped.scope.model) return
  }
  // Where others are served, those who fail are the cause.
  if (!isForEveryone && lastSuccessOutsideMs(endpoint.successes, scope) > nowMs - cooldownMs) return
  open(endpoint, nowMs, { cooldownMs, scope, isForEveryone })
}

export function recordFailure(
  endpoint: EndpointRuntime,
  clock: Clock,
  policy: BreakerPolicy,
  failure: Failure,
): void {
  const { counters, tripped } = endpoint
  const { retryAfterMs = 0, pass, request, mayBeRequestFault } = failure
  const nowMs = clock()
  counters.consecutiveFailures += 1
  endpoint.evidence = addFailure(endpoint.evidence, scopeOf(request), mayBeRequestFault)
  const requestedMs = Math.min(retryAfterMs, MAX_COOLDOWN_MS)
  if (tripped !== null && tripped === pass.trip && pass.isProbe) {
    reopen(endpoint, nowMs, tripped, failure, Math.max(MAX_COOLDOWN_MS, policy.cooldownS * 1000), requestedMs)
  } else if (requestedMs > 0) {
    // A later Retry-After may lengthen a cooldown but never shortens it.
    const leftMs = tripped !== null && isEveryone(tripped.scope) ? tripped.untilMs - nowMs : 0
    if (requestedMs > leftMs)
      open(endpoint, nowMs, { cooldownMs: requestedMs, scope: EVERYONE, isForEveryone: true })
  } else openByEvidence(endpoint, nowMs, policy)
  // A backend that asks to be left alone keeps its cache; another one may come back as another process, with an empty one.
  if (requestedMs === 0 && endpoint.tripped !== tripped && endpoint.tripped?.isForEveryone)
    endpoint.prefix.clear()
  endpoint.journal.note(endpoint)
}

/** Closes the breaker on an operator's request. */
export function resetBreaker(endpoint: EndpointRuntime): void {
  endpoint.tripped = null
  resetWatch(endpoint.watch)
  endpoint.counters.consecutiveFailures = 0
  endpoint.evidence = NO_EVIDENCE
  endpoint.lastError = null
  endpoint.journal.note(endpoint)
}
