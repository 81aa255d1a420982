/** Goodput: the share of requests that succeeded within every latency limit of the card. */
import type { RequestResult } from '../requests/request-result.ts'
import type { CardSummary } from '../model/run-summary.ts'
import type { Objectives } from '../model/scenario.ts'

const isWithin = (value: number | null, limit: number | null): boolean =>
  value === null || limit === null || value <= limit

/** Whether a request succeeded within all limits. A latency that was not measured violates no limit. */
export const meetsObjectives = (result: RequestResult, slo: Objectives): boolean =>
  result.outcome === 'ok' &&
  isWithin(result.ttftMs, slo.ttftMs) &&
  isWithin(result.tpotMs, slo.tpotMs) &&
  isWithin(result.e2eMs, slo.e2eMs)

/**
 * @param judged - number of successes, failures and dropped arrivals.
 * @param slo - null for a total over cards with different limits; `met` is then null.
 */
export function goodput(good: number, judged: number, slo: Objectives | null): CardSummary['goodput'] {
  const percent = judged === 0 ? null : (good * 100) / judged
  const hasLimits = slo !== null && (slo.ttftMs !== null || slo.tpotMs !== null || slo.e2eMs !== null)
  return { good, judged, percent, met: hasLimits && percent !== null ? percent >= slo.goalPercent : null }
}
