// Bounds how many calls run at once; the others wait in order of arrival.

export interface CallQueue {
  /** Calls `start` now or when a slot is free. @returns a function that leaves the queue or frees the slot, idempotent. */
  enqueue(start: () => void): () => void
  running(): number
  waiting(): number
}

export function createCallQueue(maxRunning: number): CallQueue {
  // A set keeps insertion order and deletes in constant time.
  const waiting = new Set<() => void>()
  let running = 0

  const startWaiting = (): void => {
    while (running < maxRunning && waiting.size > 0) {
      const [next] = waiting
      if (next === undefined) return
      waiting.delete(next)
      running += 1
      next()
    }
  }

  return {
    enqueue(start) {
      let left = false
      let entry: (() => void) | undefined
      if (running < maxRunning && waiting.size === 0) {
        running += 1
        start()
      } else {
        // A new closure, since the same function may be enqueued twice.
        entry = () => start()
        waiting.add(entry)
      }
      return () => {
        if (left) return
        left = true
        if (entry && waiting.delete(entry)) return
        running -= 1
        startWaiting()
      }
    },
    running: () => running,
    waiting: () => waiting.size,
  }
}
