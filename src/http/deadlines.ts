// Reports entries that exceed a timeout. The timeout is the same for all, so that one timer serves them all.
import { append, nodesOf, unlink, type LinkedList, type ListNode } from '../core/linked-list.ts'

/** One entry in the list, with the time at which it is due. */
export interface Deadline<Entry> extends ListNode<Deadline<Entry>> {
  readonly entry: Entry
  readonly endMs: number
}

export interface Deadlines<Entry> {
  /** Starts the timeout of an entry. */
  add(entry: Entry): Deadline<Entry>
  /** Does nothing where the deadline is due or removed already. */
  remove(deadline: Deadline<Entry>): void
  /** The entries that are not due, oldest first; a new list each time. */
  entries(): Entry[]
}

/**
 * A linked list. A Map would leave an old table behind each time it grows, which keeps its entries alive until the next
 * full collection: that costs five microseconds of copying per request.
 * @param onDue - called once for each entry that was not removed in time.
 */
export function createDeadlines<Entry>(timeoutMs: number, onDue: (entry: Entry) => void): Deadlines<Entry> {
  // In ascending order of `endMs`, since all have the same timeout.
  const list: LinkedList<Deadline<Entry>> = { first: undefined, last: undefined }
  let isArmed = false

  const remove = (deadline: Deadline<Entry>): void => unlink(list, deadline)
  const arm = (ms: number): void => {
    isArmed = true
    // The clients' connections keep the process alive.
    setTimeout(fire, ms).unref()
  }
  const fire = (): void => {
    isArmed = false
    const nowMs = performance.now()
    for (let due = list.first; due; due = list.first) {
      if (due.endMs > nowMs) return arm(Math.ceil(due.endMs - nowMs))
      remove(due)
      onDue(due.entry)
    }
  }
  return {
    add(entry) {
      const added: Deadline<Entry> = {
        entry,
        endMs: performance.now() + timeoutMs,
        previous: undefined,
        next: undefined,
      }
      append(list, added)
      if (!isArmed) arm(timeoutMs)
      return added
    },
    remove,
    entries: () => nodesOf(list).map(({ entry }) => entry),
  }
}
