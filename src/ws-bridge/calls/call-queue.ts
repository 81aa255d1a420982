// Bounds how many calls are under way at once; the others wait, first come first served.

export interface CallQueue {
  /** Runs `start` now, or when it is its turn. @returns what gives the place up, waiting or running; later calls of it do nothing. */
  enqueue(start: () => void): () => void
  running(): number
  waiting(): number
}

export function createCallQueue(maxRunning: number): CallQueue {
  // A set keeps the order of arrival and forgets one from its middle in no time.
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
      // A closure of its own, since the same function may wait twice.
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
