// Ends what takes too long: all may take equally long, so that one timer serves them all.

export interface Deadlines<Entry> {
  /** Starts an entry's time. */
  add(entry: Entry): void
  /** Where it is not there any more, nothing happens. */
  remove(entry: Entry): void
}

/** @param onDue - told once of each entry that was not removed in time. */
export function createDeadlines<Entry>(timeoutMs: number, onDue: (entry: Entry) => void): Deadlines<Entry> {
  // In the order of their ends, since each is added with the same time to go.
  const ends = new Map<Entry, number>()
  let isArmed = false

  const arm = (ms: number): void => {
    isArmed = true
    // Whoever waits for an answer has a connection, which keeps the process alive.
    setTimeout(fire, ms).unref()
  }
  const fire = (): void => {
    isArmed = false
    const nowMs = performance.now()
    for (const [entry, endMs] of ends) {
      if (endMs > nowMs) return arm(Math.ceil(endMs - nowMs))
      ends.delete(entry)
      onDue(entry)
    }
  }
  return {
    add(entry) {
      ends.set(entry, performance.now() + timeoutMs)
      if (!isArmed) arm(timeoutMs)
    },
    remove: (entry) => void ends.delete(entry),
  }
}
