/** Measures how late due work is processed. */
import { createLatencySketch } from './latency-sketch.ts'
import type { CardSummary } from '../model/run-summary.ts'

/** Above this lag the load differs from what the scenario asks for. */
const WARNING_MS = 50
const RECENT_SLOTS = 6

export interface LagMeter {
  /** @param atMs - the current time, on any monotonic clock. */
  add(atMs: number, lagMs: number): void
  read(atMs: number): CardSummary['lag']
  /** @returns the longest lag since the last call. */
  takeWorstMs(): number
}

export function createLagMeter(): LagMeter {
  const sketch = createLatencySketch()
  const slots = Array.from({ length: RECENT_SLOTS }, () => ({ second: -1, worstMs: 0 }))
  let worstMs = 0
  return {
    takeWorstMs() {
      const taken = worstMs
      worstMs = 0
      return taken
    },
    add(atMs, lagMs) {
      worstMs = Math.max(worstMs, lagMs)
      sketch.add(lagMs)
      const second = Math.floor(atMs / 1000)
      const slot = slots[second % RECENT_SLOTS]
      if (!slot) return
      if (slot.second !== second) Object.assign(slot, { second, worstMs: 0 })
      slot.worstMs = Math.max(slot.worstMs, lagMs)
    },
    read(atMs) {
      const now = Math.floor(atMs / 1000)
      const recent = slots.filter(({ second }) => second >= 0 && second > now - RECENT_SLOTS)
      const recentMs = recent.reduce((worst, { worstMs }) => Math.max(worst, worstMs), 0)
      return {
        p99Ms: sketch.count() === 0 ? 0 : sketch.quantile(0.99),
        maxMs: sketch.extremes().maxMs,
        recentMs,
        warning: recentMs > WARNING_MS,
      }
    },
  }
}
