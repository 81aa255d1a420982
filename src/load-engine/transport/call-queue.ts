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
    while (running < maxRunning) {
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
      // A new closure, since the same function may be enqueued twice.
      const entry = (): void => start()
      waiting.add(entry)
      startWaiting()
      return () => {
        if (left) return
        left = true
        if (waiting.delete(entry)) return
        running -= 1
        startWaiting()
      }
    },
    running: () => running,
    waiting: () => waiting.size,
  }
}
