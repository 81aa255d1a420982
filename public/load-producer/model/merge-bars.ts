/** Aligns histograms to common bars, from the first bar of any histogram to the last. */
import { barStartMs, type LatencySummary } from '../../../src/load-engine/model/run-summary.ts'

type Bars = Pick<LatencySummary, 'firstBar' | 'bars'>

export interface MergedBars {
  /** Bar boundaries in milliseconds; one more than the number of bars. */
  readonly bounds: readonly number[]
  /** One array per group, with one count per bar. */
  readonly counts: readonly (readonly number[])[]
}

/** Adds up the histograms within each group, such as those of one endpoint on several cards. */
export function mergeBars(groups: readonly (readonly (Bars | null)[])[]): MergedBars {
  const known = groups.map((members) => members.filter((one) => one !== null && one.bars.length > 0))
  const all = known.flat().filter((one) => one !== null)
  if (all.length === 0) return { bounds: [], counts: [] }
  const first = Math.min(...all.map(({ firstBar }) => firstBar))
  const end = Math.max(...all.map(({ firstBar, bars }) => firstBar + bars.length))
  const bounds = Array.from({ length: end - first + 1 }, (_, index) => barStartMs(first + index))
  const counts = known.map((members) => {
    const sums = Array<number>(end - first).fill(0)
    for (const member of members)
      member?.bars.forEach((count, index) => {
        const at = member.firstBar + index - first
        sums[at] = (sums[at] ?? 0) + count
      })
    return sums
  })
  return { bounds, counts }
}
