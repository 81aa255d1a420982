// A timer whose time passes only when the next thing is to happen.
import { createHeap } from '../../../src/core/queue/heap.ts'
import type { Timer } from '../../../src/simulation/timer.ts'

export interface VirtualTime extends Timer {
  /** Runs everything, in order of time, until nothing is left. */
  run(): void
}

interface Event {
  readonly atMs: number
  /** Of two at the same time the one that was entered first runs first. */
  readonly number: number
  readonly run: () => void
}

export function createVirtualTime(): VirtualTime {
  let nowMs = 1_000
  let number = 0
  const events = createHeap<Event>((a, b) => a.atMs - b.atMs || a.number - b.number)
  return {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const event = { atMs: nowMs + delayMs, number: (number += 1), run }
      let isPending = true
      const entered = {
        ...event,
        run() {
          isPending = false
          run()
        },
      }
      events.add(entered)
      return () => {
        if (isPending) events.remove(entered)
        isPending = false
      }
    },
    run() {
      for (let next = events.first(); next !== undefined; next = events.first()) {
        events.remove(next)
        nowMs = next.atMs
        next.run()
      }
    },
  }
}
