// One request's hold on one endpoint: taken at selection, settled exactly once.
import type { Clock } from './clock.ts'
import {
  recordFailure,
  recordSuccess,
  type CooldownPolicy,
  type EndpointRuntime,
} from './endpoint-runtime.ts'
import type { GatewayState } from './gateway-state.ts'
import type { Demand } from './router.ts'
import { charge } from './stride.ts'
import type { TokenEstimate } from './token-estimate.ts'

export interface Settlement {
  /** aborted: the client left; neither a success nor a failure of the endpoint. */
  readonly outcome: 'success' | 'failure' | 'aborted'
  /** As the answer reported them; undefined where it did not. */
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** Pieces of output seen go by, for answers that report no usage. */
  readonly deltas: number
  readonly latencyMs: number
}

/** Once settled, all calls do nothing. */
export interface Lease {
  readonly endpoint: EndpointRuntime
  /** The response's headers arrived and are no failure: its row of failures ends here, not at the answer's end. */
  responded(): void
  /** So many pieces of output have gone by: an answer that outgrows its estimate is charged as it grows. */
  progress(deltas: number): void
  settle(settlement: Settlement): void
}

interface LeaseContext {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: CooldownPolicy
  readonly estimate: TokenEstimate
}

const LATENCY_SMOOTHING = 0.1

function countEndpoint({ clock, policy }: LeaseContext, endpoint: EndpointRuntime, result: Settlement): void {
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
    recordFailure(endpoint, clock, policy)
  }
}

function countTotals({ state }: LeaseContext, demand: Demand, result: Settlement): void {
  const { totals } = state
  totals.inflight -= 1
  totals.requestsServed += 1
  totals.requests.add(1)
  totals.tokens.add(result.completionTokens ?? 0)
  if (result.outcome === 'failure') totals.errors += 1
  if (demand.token === null) return
  const counters = state.ledger.token(demand.token.id)
  counters.totalRequests += 1
  counters.promptTokens += result.promptTokens ?? 0
  counters.completionTokens += result.completionTokens ?? 0
  state.ledger.markTokenDirty(demand.token.id)
}

export function createLease(context: LeaseContext, demand: Demand, endpoint: EndpointRuntime): Lease {
  const { state, estimate } = context
  const { epoch } = endpoint
  let settled = false
  let charged = 0
  const chargeUpTo = (tokens: number): void => {
    if (endpoint.epoch === epoch) charge(endpoint, tokens - charged)
    charged = tokens
  }
  chargeUpTo(estimate.guess(demand.measure, demand.maxTokens))
  endpoint.inflight += 1
  state.totals.inflight += 1

  return {
    endpoint,
    responded() {
      if (!settled) recordSuccess(endpoint)
    },
    progress(deltas) {
      // Of heavy-tailed lengths, what has come so far is about what is still to come.
      if (!settled && deltas > charged) chargeUpTo(Math.min(2 * deltas, demand.maxTokens ?? Infinity))
    },
    settle(result) {
      if (settled) return
      settled = true
      endpoint.inflight -= 1
      const reported = demand.measure === 'prompt' ? result.promptTokens : result.completionTokens
      if (reported) estimate.learn(demand.measure, reported)
      // A failure keeps its estimate: a refund would make a failing endpoint attractive.
      // So does an answer of no tokens, which for free would draw all the traffic.
      if (result.outcome !== 'failure') chargeUpTo(reported || result.deltas || charged)
      countEndpoint(context, endpoint, result)
      countTotals(context, demand, result)
      state.ledger.markEndpointDirty(endpoint.config.id)
    },
  }
}
