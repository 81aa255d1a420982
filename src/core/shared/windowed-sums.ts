// Sums by key over a sliding window: what shares and guarantees are measured with.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { createSlidingWindow, type SlidingWindow } from '../limits/sliding-window.ts'

/** Synchronous: where several processes count, each adds its own amounts and reads the last published sum of all. */
interface WindowedSums {
  add(key: number, amount: number): void
  /** 0 for a key without additions in the window. */
  sum(key: number): number
  reset(): void
}

interface WindowShape {
  readonly windowMs: number
  /** The resolution of the window. */
  readonly buckets: number
  /** The least recently used key beyond this number is forgotten. */
  readonly maxKeys: number
}

export type CreateWindowedSums = (shape: WindowShape) => WindowedSums

/** For a single process, whose sums are those of all requests. */
export function createLocalSums(clock: Clock): CreateWindowedSums {
  return ({ windowMs, buckets, maxKeys }) => {
    // It reserves the memory of all its keys: made for the first one.
    let windows: LRUCache<number, SlidingWindow> | undefined
    return {
      add(key, amount) {
        windows ??= new LRUCache({ max: maxKeys })
        let window = windows.get(key)
        if (window === undefined) {
          window = createSlidingWindow(clock, windowMs, buckets)
          windows.set(key, window)
        }
        window.add(amount)
      },
      sum: (key) => windows?.get(key)?.sum() ?? 0,
      reset: () => windows?.clear(),
    }
  }
}
