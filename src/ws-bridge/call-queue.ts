// Bounds how many calls are under way at once; the others wait, first come first served.

export interface CallQueue {
  /** Runs `start` now, or when it is its turn. @returns what gives the place up, waiting or running; later calls of it do nothing. */
  enter(start: () => void): () => void
  running(): number
  waiting(): number
}

export function createCallQueue(maxRunning: number): CallQueue {
  // A set keeps the order of arrival and forgets one from its middle in no time.
  const waiting = new Set<() => void>()
  let running = 0

  const admit = (): void => {
    while (running < maxRunning) {
      const [next] = waiting
      if (next === undefined) return
      waiting.delete(next)
      running += 1
      next()
    }
  }

  return {
    enter(start) {
      let left = false
      // A closure of its own, since the same function may wait twice.
      const place = (): void => start()
      waiting.add(place)
      admit()
      return () => {
        if (left) return
        left = true
        if (waiting.delete(place)) return
        running -= 1
        admit()
      }
    },
    running: () => running,
    waiting: () => waiting.size,
  }
}
