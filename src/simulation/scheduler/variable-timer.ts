// A timer whose time passes faster or slower than that of another one.
import type { Timer } from '../timer.ts'

export interface VariableTimer extends Timer {
  /** @param speed - its milliseconds for each of the other's, above 0; what waits is rescheduled. */
  setSpeed(speed: number): void
}

interface Entry {
  readonly dueMs: number
  readonly run: () => void
  cancel: () => void
}

/** Runs at the other's speed at first. */
export function createVariableTimer(timer: Timer): VariableTimer {
  const entries = new Set<Entry>()
  let speed = 1
  // Where both clocks stood when the speed last changed or an entry ran.
  let ownMs = 0
  let otherMs = timer.nowMs()

  const nowMs = (): number => ownMs + (timer.nowMs() - otherMs) * speed
  const setClock = (ms: number): void => {
    ownMs = ms
    otherMs = timer.nowMs()
  }
  const schedule = (entry: Entry): void => {
    entry.cancel = timer.after(Math.max(0, entry.dueMs - nowMs()) / speed, () => {
      entries.delete(entry)
      // Rounding may leave the clock short of the moment, so that the entry would find itself early.
      setClock(Math.max(nowMs(), entry.dueMs))
      entry.run()
    })
  }

  return {
    nowMs,
    after(delayMs, run) {
      const entry: Entry = { dueMs: nowMs() + delayMs, run, cancel: () => undefined }
      entries.add(entry)
      schedule(entry)
      return () => {
        entries.delete(entry)
        entry.cancel()
      }
    },
    setSpeed(next) {
      if (next === speed) return
      setClock(nowMs())
      speed = next
      for (const entry of entries) {
        entry.cancel()
        schedule(entry)
      }
    },
  }
}
