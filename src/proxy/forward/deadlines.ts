// Ends what takes too long: all may take equally long, so that one timer serves them all.

/** One entry's time. */
export interface Deadline<Entry> {
  readonly entry: Entry
  readonly endMs: number
  previous: Deadline<Entry> | undefined
  next: Deadline<Entry> | undefined
}

export interface Deadlines<Entry> {
  /** Starts an entry's time. */
  add(entry: Entry): Deadline<Entry>
  /** Where it is not there any more, nothing happens. */
  remove(deadline: Deadline<Entry>): void
}

/**
 * A list that removes its links. A Map would do but for the garbage: each time it makes room it leaves an old table behind,
 * which until the next full collection keeps alive what it held: five microseconds of copying a request.
 * @param onDue - told once of each entry that was not removed in time.
 */
export function createDeadlines<Entry>(timeoutMs: number, onDue: (entry: Entry) => void): Deadlines<Entry> {
  // In the order of their ends, since each is added with the same time to go.
  let first: Deadline<Entry> | undefined
  let last: Deadline<Entry> | undefined
  let isArmed = false

  const remove = (deadline: Deadline<Entry>): void => {
    const { previous, next } = deadline
    if (previous) previous.next = next
    else if (first === deadline) first = next
    if (next) next.previous = previous
    else if (last === deadline) last = previous
    deadline.previous = undefined
    deadline.next = undefined
  }
  const arm = (ms: number): void => {
    isArmed = true
    // Whoever waits for an answer has a connection, which keeps the process alive.
    setTimeout(fire, ms).unref()
  }
  const fire = (): void => {
    isArmed = false
    const nowMs = performance.now()
    for (let due = first; due; due = first) {
      if (due.endMs > nowMs) return arm(Math.ceil(due.endMs - nowMs))
      remove(due)
      onDue(due.entry)
    }
  }
  return {
    add(entry) {
      const added = { entry, endMs: performance.now() + timeoutMs, previous: last, next: undefined }
      if (last) last.next = added
      else first = added
      last = added
      if (!isArmed) arm(timeoutMs)
      return added
    },
    remove,
  }
}
