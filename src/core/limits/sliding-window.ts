// Sums the amounts of the last seconds in time buckets: constant memory and constant cost at any rate.
import type { Clock } from '../clock.ts'
import { addAt, clearRing, createBucketRing, newestBucket, openBucket, sumBuckets } from '../time-buckets.ts'

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
  const bucketNow = (): number => Math.floor(clock() / bucketMs)
  let startMs = clock()
  const ring = createBucketRing(1, buckets, bucketNow())
  // Kept, so that reading the sum costs nothing while the bucket is the same.
  let total = 0

  /** @returns the index of the current bucket. */
  const advance = (): number => {
    const before = newestBucket(ring)
    const index = openBucket(ring, bucketNow())
    const newest = newestBucket(ring)
    // Summed afresh rather than subtracted: subtraction of fractions leaves a residue.
    if (newest !== before) total = sumBuckets(ring, 0, newest - buckets + 1, newest)
    return index
  }

  return {
    add(amount) {
      addAt(ring, advance(), amount)
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
      clearRing(ring)
      total = 0
      startMs = clock()
      openBucket(ring, bucketNow())
    },
  }
}
