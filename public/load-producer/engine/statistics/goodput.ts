/** Which requests were good enough: the share that kept every limit of the card. */
import type { RequestResult } from '../requests/request-result.ts'
import type { CardSummary } from '../../model/run-summary.ts'
import type { Objectives } from '../../model/scenario.ts'

const isWithin = (value: number | null, limit: number | null): boolean =>
  value === null || limit === null || value <= limit

/** A success within all limits; a latency that an answer does not have breaks none. */
export const meetsObjectives = (result: RequestResult, slo: Objectives): boolean =>
  result.outcome === 'ok' &&
  isWithin(result.ttftMs, slo.ttftMs) &&
  isWithin(result.tpotMs, slo.tpotMs) &&
  isWithin(result.e2eMs, slo.e2eMs)

/**
 * @param judged - successes, failures and dropped arrivals.
 * @param slo - null where cards with limits of their own are taken together: nothing is met or missed then.
 */
export function goodput(good: number, judged: number, slo: Objectives | null): CardSummary['goodput'] {
  const percent = judged === 0 ? null : (good * 100) / judged
  const hasLimits = slo !== null && (slo.ttftMs !== null || slo.tpotMs !== null || slo.e2eMs !== null)
  return { good, judged, percent, met: hasLimits && percent !== null ? percent >= slo.goalPercent : null }
}
