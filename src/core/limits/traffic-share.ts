// Measures which share of the recent token-authenticated requests each client token had.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts'

export interface TrafficShare {
  /** Counts one request that was let through. */
  record(tokenId: number): void
  /** 0 to 100 over the last minute; 0 when there was none. */
  percent(tokenId: number): number
  reset(): void
}

const WINDOW_MS = 60_000
const BUCKETS = 60

/** @param maxTokens - tokens followed; the least recently seen is forgotten first. */
export function createTrafficShare(clock: Clock, maxTokens = 10_000): TrafficShare {
  const all = createSlidingWindow(clock, WINDOW_MS, BUCKETS)
  const byToken = new LRUCache<number, SlidingWindow>({ max: maxTokens })
  return {
    record(tokenId) {
      all.add(1)
      let own = byToken.get(tokenId)
      if (own === undefined) {
        own = createSlidingWindow(clock, WINDOW_MS, BUCKETS)
        byToken.set(tokenId, own)
      }
      own.add(1)
    },
    percent(tokenId) {
      const total = all.sum()
      return total === 0 ? 0 : (100 * (byToken.get(tokenId)?.sum() ?? 0)) / total
    },
    reset() {
      all.reset()
      byToken.clear()
    },
  }
}
