// The part of prompt tokens that a backend has lately found in its prefix cache, by the counters that it reports.
import type { PrefixCounts } from './load-figures.ts'

// Of the tokens of an earlier report, at each later one with tokens: about the last ten count.
const DECAY = 0.9

/** @returns a function that takes the next counts and returns the rate; undefined while no token was queried. */
export function createHitRate(): (counts: PrefixCounts) => number | undefined {
  let before: PrefixCounts | undefined
  let queried = 0
  let found = 0
  return (counts) => {
    const newlyQueried = counts.queried - (before?.queried ?? counts.queried)
    const newlyFound = counts.found - (before?.found ?? counts.found)
    before = counts
    // Counters that fall have started anew, at an unknown number of tokens.
    if (newlyQueried > 0 && newlyFound >= 0) {
      queried = queried * DECAY + newlyQueried
      found = found * DECAY + Math.min(newlyFound, newlyQueried)
    }
    return queried > 0 ? found / queried : undefined
  }
}
