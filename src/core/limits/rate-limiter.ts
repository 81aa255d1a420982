// Limits how often each key may act: a token bucket kept as one number per key (GCRA).
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface RateLimiter {
  /** Takes one turn of `key`. @returns 0 when it may act, else the seconds until it may. */
  take(key: string): number
  /** What `take` would answer, without taking. */
  check(key: string): number
}

// Sums of fractional intervals come out a hair too long, the more so the longer the clock has run.
const SLACK_MS = 0.1

/**
 * @param perMinute - sustained rate; as many may come at once after a quiet minute.
 * @param maxKeys - keys remembered; the least recently seen is forgotten first.
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
