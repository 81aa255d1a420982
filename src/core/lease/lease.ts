// One request's hold on one endpoint: taken at selection, settled exactly once.
import {
  beginRequest,
  releaseProbe,
  recordError,
  recordFailure,
  recordSuccess,
  type BreakerPolicy,
  type Failure,
} from './breaker.ts'
import type { Clock } from '../clock.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import { chargePass } from '../routing/policies/quota-share.ts'
import type { Settlement } from './settlement.ts'
import type { TokenEstimate } from '../routing/token-estimate.ts'

/** Notified of what changes the order or the readiness of waiting requests. */
export interface LeaseHooks {
  /** Tokens charged to a request: an estimate at first, then corrections, which may be negative. */
  onCharge(request: RoutingRequest, tokens: number): void
  /** A lease was settled: an endpoint has room, or has changed its standing. */
  onRelease(): void
}

/** Once settled, all calls do nothing. */
export interface Lease {
  readonly endpoint: EndpointRuntime
  /** The response's headers arrived and are no failure: its row of failures ends here, not at the answer's end. */
  responded(): void
  /** So many pieces of output have gone by: an answer that outgrows its estimate is charged as it grows. */
  progress(deltas: number): void
  settle(settlement: Settlement): void
  /** A failure settled as withheld counts against the endpoint after all. */
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

function countEndpoint(endpoint: EndpointRuntime, result: Settlement): void {
  const { counters } = endpoint
  counters.totalRequests += 1
  counters.promptTokens += result.promptTokens ?? 0
  counters.completionTokens += result.completionTokens ?? 0
  if (result.outcome === 'success') {
    counters.totalSuccess += 1
    counters.avgLatencyMs +=
      (result.latencyMs - counters.avgLatencyMs) * (counters.avgLatencyMs === 0 ? 1 : LATENCY_SMOOTHING)
  } else if (result.outcome === 'failure') {
    counters.totalFailures += 1
  }
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
  counters.promptTokens += result.promptTokens ?? 0
  counters.completionTokens += result.completionTokens ?? 0
  state.ledger.markTokenDirty(request.token.id)
}

export function createLease(
  context: LeaseContext,
  request: RoutingRequest,
  endpoint: EndpointRuntime,
): Lease {
  const { state, estimate, hooks, clock, policy } = context
  const { epoch } = endpoint
  let settled = false
  let charged = 0
  const chargeUpTo = (tokens: number): void => {
    if (endpoint.epoch === epoch) chargePass(endpoint, tokens - charged)
    hooks.onCharge(request, tokens - charged)
    charged = tokens
  }
  chargeUpTo(estimate.guess(request.measure, request.maxTokens))
  const probe = beginRequest(endpoint)
  state.slots.take(endpoint)
  state.totals.inflight += 1
  const held = state.traffic.begin(request, endpoint.config.id)

  let failure: Failure | undefined
  let row = 0
  let successes = 0
  const blame = (): void => {
    if (!failure) return
    recordFailure(endpoint, clock, policy, failure)
    failure = undefined
  }

  return {
    endpoint,
    responded() {
      if (settled) return
      row = endpoint.counters.consecutiveFailures
      successes = endpoint.counters.totalSuccess
      recordSuccess(endpoint, probe)
    },
    progress(deltas) {
      // Of heavy-tailed lengths, what has come so far is about what is still to come.
      if (!settled && deltas > charged) chargeUpTo(Math.min(2 * deltas, request.maxTokens ?? Infinity))
    },
    settle(result) {
      if (settled) return
      settled = true
      state.slots.release(endpoint)
      const reported = request.measure === 'prompt' ? result.promptTokens : result.completionTokens
      if (reported) estimate.learn(request.measure, reported)
      // A failure keeps its estimate: a refund would make a failing endpoint attractive.
      // So does an answer of no tokens, which for free would draw all the traffic.
      if (result.outcome !== 'failure') chargeUpTo(reported || result.deltas || charged)
      countEndpoint(endpoint, result)
      if (result.outcome === 'failure') {
        failure = { error: result.error ?? 'failed', retryAfterMs: result.retryAfterMs, probe }
        recordError(endpoint, clock, failure.error)
        // What its headers promised it has not kept: the row of failures that they ended goes on, unless another has kept it.
        const { counters } = endpoint
        if (counters.totalSuccess === successes)
          counters.consecutiveFailures = Math.max(counters.consecutiveFailures, row)
        // A probe tells of its endpoint whatever other endpoints say, and so does a wish to be left alone.
        if (!result.withheld || probe || result.retryAfterMs) blame()
      } else if (probe) releaseProbe(probe)
      countTotals(context, request, result)
      state.traffic.settle(held, result)
      state.ledger.markEndpointDirty(endpoint.config.id)
      hooks.onRelease()
    },
    countFailure: blame,
  }
}
