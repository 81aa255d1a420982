// One request's hold on one endpoint: taken at selection, settled exactly once.
import {
  beginRequest,
  isScoped,
  releaseProbe,
  recordError,
  recordFailure,
  recordSuccess,
  type BreakerPolicy,
  type Failure,
} from './breaker.ts'
import { chargeProgress, createCharge, type OnCharge } from './charge.ts'
import type { FailureEvidence } from './failure-evidence.ts'
import { lastSuccessMs, noteSuccess } from './recent-success.ts'
import type { Clock } from '../clock.ts'
import { createLeaseWait, declareIfHung } from './lease-wait.ts'
import type { TokenCounters } from '../state/counters.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import type { PlacedRequest } from '../placement/placed-request.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { Settlement } from './settlement.ts'
import type { TokenEstimate } from '../routing/token-estimate.ts'

/** Notifications that the queue needs: they change the order of waiting requests, or make room for one. */
export interface LeaseHooks {
  readonly onCharge: OnCharge
  /** Called when a lease of the endpoint was settled, or its breaker has closed: it may have room now. */
  onRoom(endpoint: EndpointRuntime): void
  /** Called when a cooldown that concerns some requests only has begun, ended or changed. */
  onScopes(): void
}

/** Once it is settled, `received`, `responded`, `progress` and `settle` do nothing. */
export interface Lease {
  readonly endpoint: EndpointRuntime
  /** What the request is served as: one of its targets, or itself. */
  readonly request: RoutingRequest
  /** Why the endpoint was selected, in a few words for the client; undefined where clients are not told. */
  readonly route?: string | undefined
  /** Any byte of the response's body arrived, its end or a status of failure: the endpoint is not hung. */
  received(): void
  /** The request is still being sent: until its first byte, silence says nothing of the endpoint. */
  unwatch(): void
  /** For how long the first byte has been waited for; undefined where it has arrived. */
  waitedMs(): number | undefined
  /** Whether it waits for its first byte at a hung endpoint, and should go elsewhere. */
  isOverdue(): boolean
  /** The response's headers arrived and are no failure. Ends the endpoint's run of failures before the body is complete. */
  responded(): void
  /**
   * A response that outgrows its estimate is charged as it grows.
   * @param deltas - pieces of output received so far.
   * @returns up to how many it need not be told again.
   */
  progress(deltas: number): number
  settle(settlement: Settlement): void
  /** Whether the endpoint has served a request, whoever sent it, within the length of a cooldown. */
  hasServedRecently(): boolean
  /** Counts a failure that was settled as withheld against the endpoint after all, once. */
  countFailure(): void
}

interface LeaseContext {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: BreakerPolicy
  readonly estimate: TokenEstimate
  readonly hooks: LeaseHooks
}

const LATENCY_SMOOTHING = 0.1

function countTokens(counters: TokenCounters, result: Settlement): void {
  counters.promptTokens += result.promptTokens ?? 0
  counters.completionTokens += result.completionTokens ?? 0
  counters.cachedTokens += result.cachedTokens ?? 0
  counters.reasoningTokens += result.reasoningTokens ?? 0
}

function chargedTokens({ measure }: RoutingRequest, { promptTokens, completionTokens }: Settlement) {
  if (measure === 'none') return undefined
  return measure === 'prompt' ? promptTokens : completionTokens
}

function countOnEndpoint(endpoint: EndpointRuntime, result: Settlement): void {
  const { counters } = endpoint
  counters.totalRequests += 1
  countTokens(counters, result)
  if (result.isEstimated) {
    endpoint.estimated.promptTokens += result.promptTokens ?? 0
    endpoint.estimated.completionTokens += result.completionTokens ?? 0
  }
  if (result.outcome === 'success') {
    counters.totalSuccess += 1
    counters.avgLatencyMs +=
      (result.latencyMs - counters.avgLatencyMs) * (counters.avgLatencyMs === 0 ? 1 : LATENCY_SMOOTHING)
  } else if (result.outcome === 'failure') {
    counters.totalFailures += 1
  }
  endpoint.journal.note(endpoint)
}

function countTotals({ state }: LeaseContext, request: RoutingRequest, result: Settlement): void {
  const { totals } = state
  totals.inflight -= 1
  if (result.superseded) return
  totals.requestsServed += 1
  if (result.outcome === 'failure') totals.errors += 1
  if (request.token === null) return
  const counters = state.ledger.token(request.token.id)
  counters.totalRequests += 1
  countTokens(counters, result)
  state.ledger.markTokenDirty(request.token.id)
}

function failureOf(
  { error = 'failed', retryAfterMs, mayBeRequestFault = false }: Settlement,
  request: RoutingRequest,
  pass: Failure['pass'],
): Failure {
  return { error, retryAfterMs, mayBeRequestFault, request, pass }
}

/** The failures of an endpoint since its last success. */
interface FailureRun {
  readonly failures: number
  readonly evidence: FailureEvidence
  readonly successes: number
}

const runOf = ({ counters, evidence }: EndpointRuntime): FailureRun => ({
  failures: counters.consecutiveFailures,
  evidence,
  successes: counters.totalSuccess,
})

/** The headers of a response ended a run of failures too early: it is restored, unless a response was complete since. */
function restoreRun(endpoint: EndpointRuntime, { failures, evidence, successes }: FailureRun): void {
  const { counters } = endpoint
  if (counters.totalSuccess !== successes || counters.consecutiveFailures >= failures) return
  counters.consecutiveFailures = failures
  endpoint.evidence = evidence
}

/** Makes a change of the breaker known where it concerns some requests only. */
function noteScopes(
  { state, hooks }: LeaseContext,
  endpoint: EndpointRuntime,
  before: EndpointRuntime['tripped'],
): void {
  const { tripped } = endpoint
  if (tripped === before || (!isScoped(before) && !isScoped(tripped))) return
  if (isScoped(tripped)) state.scopedTrips.add(endpoint)
  else state.scopedTrips.delete(endpoint)
  hooks.onScopes()
}

/** What live traffic counts the request as. A name of the client's own choice has no count of its own. */
const servedAs = ({ model, alias }: RoutingRequest, { served }: EndpointRuntime) => ({
  model: model !== undefined && served.models.has(model) ? model : null,
  aliasId: alias?.id,
})

export function createLease(
  context: LeaseContext,
  request: RoutingRequest,
  endpoint: EndpointRuntime,
  placed: PlacedRequest,
  route?: string,
): Lease {
  const { state, estimate, hooks, clock, policy } = context
  let settled = false
  const charge = createCharge(endpoint, request, hooks.onCharge)
  charge.upTo(estimate.guess(request.measure, request.maxTokens))
  const pass = beginRequest(endpoint, request)
  const { startMs } = placed
  const wait = createLeaseWait(endpoint, request, clock, startMs, policy.cooldownS * 1000)
  state.slots.take(endpoint)
  state.totals.inflight += 1
  const traffic = state.traffic.begin(request, endpoint.config.id, servedAs(request, endpoint), startMs)

  let uncounted: Failure | undefined
  let runAtHeaders: FailureRun | undefined
  const countFailure = (): void => {
    if (!uncounted) return
    const before = endpoint.tripped
    recordFailure(endpoint, clock, policy, uncounted)
    uncounted = undefined
    noteScopes(context, endpoint, before)
  }

  return {
    endpoint,
    request,
    route,
    waitedMs: wait.waitedMs,
    unwatch: wait.cancel,
    isOverdue: wait.isOverdue,
    received() {
      if (settled) return
      placed.begin()
      if (wait.received()) hooks.onRoom(endpoint)
    },
    responded() {
      if (settled) return
      runAtHeaders = runOf(endpoint)
      const before = endpoint.tripped
      recordSuccess(endpoint, pass)
      noteScopes(context, endpoint, before)
      if (pass.trip !== null || runAtHeaders.failures > 0) hooks.onRoom(endpoint)
    },
    progress(deltas) {
      return settled ? Infinity : chargeProgress(charge, deltas, request.maxTokens)
    },
    settle(result) {
      if (settled) return
      settled = true
      const nowMs = clock()
      const isGiveUp = wait.end(result)
      placed.settle(result, nowMs)
      state.slots.release(endpoint)
      const reported = chargedTokens(request, result)
      // The part of a response that its client has read says nothing of the length of others.
      if (reported && !result.isEstimated) estimate.learn(request.measure, reported)
      // A failure stays charged with its estimate: a refund would attract more traffic to a failing endpoint.
      // So does a response without tokens: if it were free, its endpoint would be selected every time.
      if (result.outcome !== 'failure') charge.upTo(reported || result.deltas || charge.tokens())
      countOnEndpoint(endpoint, result)
      if (result.outcome === 'failure') {
        uncounted = failureOf(result, request, pass)
        recordError(endpoint, clock, uncounted.error)
        if (runAtHeaders) restoreRun(endpoint, runAtHeaders)
        // A failed probe and a Retry-After concern the endpoint itself, so they are not withheld.
        if (!result.withheld || pass.isProbe || result.retryAfterMs) countFailure()
      } else {
        releaseProbe(pass)
        if (result.outcome === 'success') noteSuccess(endpoint.successes, request, nowMs)
      }
      countTotals(context, request, result)
      state.traffic.settle(traffic, result, isGiveUp, nowMs)
      state.ledger.markEndpointDirty(endpoint.config.id)
      if (isGiveUp) declareIfHung(endpoint, policy.failThreshold, clock)
      hooks.onRoom(endpoint)
    },
    hasServedRecently: () => lastSuccessMs(endpoint.successes) > clock() - policy.cooldownS * 1000,
    countFailure,
  }
}
