/** Says in words that the tester limited a run. */
import type { TesterLimit, TesterSummary } from '../model/run-summary.ts'
import { formatPercent } from './format-figure.ts'

export const LIMITED = 'limited by the tester'

/** @returns for example `its thread was busy 99 % of the time; …`; empty where the tester was no limit. */
export function testerText(tester: TesterSummary | undefined): string {
  if (tester === undefined || !(tester.isLimit || tester.isLimitNow)) return ''
  const texts: Record<TesterLimit, string> = {
    busy: `its thread was busy ${formatPercent(tester.busyPercent)} of the time`,
    late: 'it sent requests later than scheduled',
    backlog: 'more requests are due than it may have under way at once',
  }
  return tester.reasons.map((reason) => texts[reason]).join('; ')
}
