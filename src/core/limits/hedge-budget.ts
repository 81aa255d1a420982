// Bounds how many requests are moved away from hung endpoints, so that an outage does not multiply the load on the others.
import type { Clock } from '../clock.ts'
import { createSlidingWindow } from './sliding-window.ts'

export interface HedgeBudget {
  /** Counts a request that has arrived. */
  recordRequest(): void
  /** Whether one more may be moved. */
  hasRoom(): boolean
  /** Counts a request that was moved. */
  recordHedge(): void
}

const WINDOW_MS = 60_000
const BUCKETS = 60
const SHARE = 0.05
// Few enough to be no load, and enough for an installation with a request now and then.
const MIN_HEDGES = 10

/**
 * In each minute at most a twentieth of its requests are moved, or ten where that is more.
 * @param processes - that share the ten.
 */
export function createHedgeBudget(clock: Clock, processes = 1): HedgeBudget {
  const requests = createSlidingWindow(clock, WINDOW_MS, BUCKETS)
  const hedges = createSlidingWindow(clock, WINDOW_MS, BUCKETS)
  return {
    recordRequest: () => requests.add(1),
    hasRoom: () => hedges.sum() + 1 <= Math.max(MIN_HEDGES / processes, SHARE * requests.sum()),
    recordHedge: () => hedges.add(1),
  }
}
