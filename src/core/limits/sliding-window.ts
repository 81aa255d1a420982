// Sums what happened in the last seconds, in time buckets: constant memory and constant cost at any rate.
import type { Clock } from '../clock.ts'

export interface SlidingWindow {
  add(amount: number): void
  /** Sum over the window, which moves on by one bucket at a time. */
  sum(): number
  /** Sum per second. Divides by the age while the window is younger than its length, at least one bucket. */
  perSecond(): number
  reset(): void
}

/**
 * @param windowMs - length of the window.
 * @param buckets - its resolution; the oldest bucket is dropped whole.
 */
export function createSlidingWindow(clock: Clock, windowMs: number, buckets: number): SlidingWindow {
  const bucketMs = windowMs / buckets
  const sums = new Float64Array(buckets)
  let startMs = clock()
  let newest = Math.floor(startMs / bucketMs)
  let total = 0

  const advance = (): number => {
    const current = Math.floor(clock() / bucketMs)
    if (current <= newest) return newest % buckets
    if (current - newest >= buckets) {
      sums.fill(0)
      total = 0
    } else {
      for (let bucket = newest + 1; bucket <= current; bucket += 1) sums[bucket % buckets] = 0
      // Summed afresh rather than subtracted, so that fractions leave no residue behind.
      total = sums.reduce((sum, value) => sum + value, 0)
    }
    newest = current
    return newest % buckets
  }

  return {
    add(amount) {
      const bucket = advance()
      sums[bucket] = (sums[bucket] ?? 0) + amount
      total += amount
    },
    sum() {
      advance()
      return total
    },
    perSecond() {
      advance()
      const ageMs = Math.min(windowMs, Math.max(bucketMs, clock() - startMs))
      return (total * 1000) / ageMs
    },
    reset() {
      sums.fill(0)
      total = 0
      startMs = clock()
      newest = Math.floor(startMs / bucketMs)
    },
  }
}
