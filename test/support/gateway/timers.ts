// Timers on a manual clock.
import type { SetTimer } from '../../../src/core/timer.ts'
import type { manualClock } from './gateway-fixture.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** Timers that fire in order when the clock is moved past them. */
export function createTimers(clock: ReturnType<typeof manualClock>) {
  const timers = new Set<Timer>()
  const setTimer: SetTimer = (callback, ms) => {
    const timer = { atMs: clock.now() + ms, callback }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  return {
    timers,
    setTimer,
    advance(ms: number): void {
      const untilMs = clock.now() + ms
      for (;;) {
        const due = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!due) break
        timers.delete(due)
        clock.advance(Math.max(0, due.atMs - clock.now()))
        due.callback()
      }
      clock.advance(untilMs - clock.now())
    },
  }
}
