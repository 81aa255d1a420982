// Decides which requests run and which wait: a fixed number run, the rest queue by priority, then by arrival.

export interface Slots {
  /**
   * Calls `start` at once if a slot is free, else when one becomes free for this request.
   * @param priority - lower starts earlier.
   * @returns a function that frees the slot or leaves the queue, idempotent.
   */
  acquire(priority: number, start: () => void): () => void
  /** Starts waiting requests; called when the capacity may have grown. */
  startWaiting(): void
  running(): number
  waiting(): number
}

interface Waiting {
  readonly priority: number
  readonly start: () => void
  started: boolean
}

/**
 * @param capacity - read at each decision; 0 for no limit.
 * @param isHeld - whether none may start at present; startWaiting is called when that has changed.
 */
export function createSlots(capacity: () => number, isHeld = (): boolean => false): Slots {
  // Ascending by priority; equal priorities keep their order of arrival.
  const queue: Waiting[] = []
  let running = 0

  const isFree = (): boolean => !isHeld() && (capacity() === 0 || running < capacity())

  const startWaiting = (): void => {
    while (queue.length > 0 && isFree()) {
      const next = queue.shift()
      if (next === undefined) return
      running += 1
      next.started = true
      next.start()
    }
  }

  const positionAfter = (priority: number): number => {
    let low = 0
    let high = queue.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((queue[middle]?.priority ?? 0) <= priority) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    acquire(priority, start) {
      const entry: Waiting = { priority, start, started: false }
      queue.splice(positionAfter(priority), 0, entry)
      startWaiting()
      let left = false
      return () => {
        if (left) return
        left = true
        if (entry.started) running -= 1
        else queue.splice(queue.indexOf(entry), 1)
        startWaiting()
      }
    },
    startWaiting,
    running: () => running,
    waiting: () => queue.length,
  }
}
