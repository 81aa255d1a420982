// A timer whose time passes only when a test says so.
import type { Timer } from '../../src/simulation/timer.ts'

export interface ManualTimer extends Timer {
  /** Runs what falls due within the next `ms`, in order, each at its own time. */
  advance(ms: number): void
  pending(): number
}

export function createManualTimer(): ManualTimer {
  let nowMs = 0
  const entries = new Set<{ dueMs: number; run: () => void }>()
  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const entry = { dueMs: nowMs + delayMs, run }
      entries.add(entry)
      return () => entries.delete(entry)
    },
    advance(ms) {
      const endMs = nowMs + ms
      for (;;) {
        const [next] = [...entries].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)
        if (next === undefined) break
        entries.delete(next)
        nowMs = next.dueMs
        next.run()
      }
      nowMs = endMs
    },
    pending: () => entries.size,
  }
}
