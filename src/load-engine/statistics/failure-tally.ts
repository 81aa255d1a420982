/** Counts failures by kind and status, and keeps the last message of each. */
import type { CardSummary, FailureKind } from '../model/run-summary.ts'

type Failure = CardSummary['failures'][number]

const MAX_KINDS = 100

export interface FailureTally {
  add(kind: FailureKind, status: number | null, detail: string): void
  merge(failures: readonly Failure[]): void
  /** @returns failures, the most frequent first. */
  summary(): Failure[]
}

export function createFailureTally(): FailureTally {
  const byKey = new Map<string, Failure>()
  const add = (failure: Failure): void => {
    const kindAndStatus = `${failure.kind} ${failure.status}`
    // The target chooses the statuses: after a hundred entries, new ones are counted by kind only.
    const isFull = !byKey.has(kindAndStatus) && byKey.size >= MAX_KINDS
    const status = isFull ? null : failure.status
    const key = isFull ? failure.kind : kindAndStatus
    const count = (byKey.get(key)?.count ?? 0) + failure.count
    byKey.set(key, { ...failure, status, count })
  }
  return {
    add: (kind, status, detail) => add({ kind, status, count: 1, example: detail.slice(0, 500) }),
    merge: (failures) => failures.forEach(add),
    summary: () => [...byKey.values()].sort((a, b) => b.count - a.count),
  }
}
