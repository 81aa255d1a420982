/** Counts failures by kind and status, with the last of each in words. */
import type { CardSummary, FailureKind } from '../../model/run-summary.ts'

type Failure = CardSummary['failures'][number]

const MAX_KINDS = 100

export interface FailureTally {
  add(kind: FailureKind, status: number | null, detail: string): void
  merge(failures: readonly Failure[]): void
  /** The most frequent first. */
  summary(): Failure[]
}

export function createFailureTally(): FailureTally {
  const byKey = new Map<string, Failure>()
  const add = (failure: Failure): void => {
    const wanted = `${failure.kind} ${failure.status}`
    // Statuses come from outside: beyond a hundred they are counted by kind alone.
    const isFull = !byKey.has(wanted) && byKey.size >= MAX_KINDS
    const status = isFull ? null : failure.status
    const key = isFull ? failure.kind : wanted
    const count = (byKey.get(key)?.count ?? 0) + failure.count
    byKey.set(key, { ...failure, status, count })
  }
  return {
    add: (kind, status, detail) => add({ kind, status, count: 1, example: detail.slice(0, 500) }),
    merge: (failures) => failures.forEach(add),
    summary: () => [...byKey.values()].sort((a, b) => b.count - a.count),
  }
}
