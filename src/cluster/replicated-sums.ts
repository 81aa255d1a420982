// Sums over all workers: each adds its own amounts at once, and those of the others as they publish them.
import type { CreateWindowedSums } from '../core/shared/windowed-sums.ts'
import type { SetTimer } from '../core/timer.ts'
import type { SharedRecord } from './shared-record.ts'

type SumsRecord = Extract<SharedRecord, { readonly type: 'sums' }>

interface ReplicatedSums {
  readonly create: CreateWindowedSums
  /** Adds the amounts of another process. */
  apply(record: SumsRecord): void
  /** Publishes at once what was added since the last time. */
  publish(): void
}

interface ReplicatedSumsOptions {
  readonly createLocal: CreateWindowedSums
  readonly publish: (record: SumsRecord) => void
  readonly setTimer: SetTimer
}

/** The amounts of this time are published together, and may then wait for the next batch. */
const PUBLISH_MS = 75

export function createReplicatedSums({
  createLocal,
  publish,
  setTimer,
}: ReplicatedSumsOptions): ReplicatedSums {
  const tables: {
    readonly add: (key: number, amount: number) => void
    readonly unsent: Map<number, number>
  }[] = []
  let isDue = false

  const publishAll = (): void => {
    isDue = false
    for (const [table, { unsent }] of tables.entries()) {
      if (unsent.size > 0) publish({ type: 'sums', table, amounts: [...unsent] })
      unsent.clear()
    }
  }

  return {
    create(shape) {
      const local = createLocal(shape)
      const unsent = new Map<number, number>()
      tables.push({ add: local.add, unsent })
      return {
        ...local,
        add(key, amount) {
          local.add(key, amount)
          unsent.set(key, (unsent.get(key) ?? 0) + amount)
          if (isDue) return
          isDue = true
          setTimer(publishAll, PUBLISH_MS)
        },
        reset() {
          local.reset()
          // All processes reset: what was counted before must not come back to the others.
          unsent.clear()
        },
      }
    },
    publish: publishAll,
    apply({ table, amounts }) {
      for (const [key, amount] of amounts) tables[table]?.add(key, amount)
    },
  }
}
