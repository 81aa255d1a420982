// Limits the rate of actions per key: a token bucket stored as one number per key (GCRA).
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface RateLimiter {
  /** Counts one action of `key` if it is allowed. @returns 0 when it is, else the seconds until it will be. */
  take(key: string): number
  /** What `take` would return, without counting. */
  check(key: string): number
}

// Sums of fractional intervals are slightly too long, the more so the larger the clock's value is.
const SLACK_MS = 0.1

/**
 * @param perMinute - sustained rate, and the size of a burst after a minute without actions.
 * @param maxKeys - keys that are stored; the least recently used is dropped first.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export function createRateLimiter(clock: Clock, perMinute: number, maxKeys = 10_000): RateLimiter {
  const intervalMs = 60_000 / perMinute
  const toleranceMs = 60_000 - intervalMs
  const nextFreeAt = new LRUCache<string, number>({ max: maxKeys })

  const evaluate = (key: string): { waitS: number; nextMs: number } => {
    const nowMs = clock()
    const dueMs = Math.max(nextFreeAt.get(key) ?? nowMs, nowMs)
    const earlyMs = dueMs - toleranceMs - nowMs
    return earlyMs > SLACK_MS
      ? { waitS: earlyMs / 1000, nextMs: dueMs }
      : { waitS: 0, nextMs: dueMs + intervalMs }
  }

  return {
    take(key) {
      const { waitS, nextMs } = evaluate(key)
      if (waitS === 0) nextFreeAt.set(key, nextMs)
      return waitS
    },
    check: (key) => evaluate(key).waitS,
  }
}
