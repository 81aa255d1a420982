// Writes changed counters every second and on close, each time in one transaction.
import type { StoredCounters } from '../core/state/counters.ts'
import type { Store } from './store.ts'

export interface StatisticsFlusher {
  start(): void
  /** Waits for a running flush, then flushes the rest. Never rejects. */
  stop(): Promise<void>
}

interface FlusherOptions {
  readonly store: Pick<Store, 'writeCounters'>
  /** Returns the counters that changed since the last call and marks them as clean. */
  readonly takeDirty: () => StoredCounters
  /** Marks counters that could not be written as dirty again. Newer values must win. */
  readonly putBack: (counters: StoredCounters) => void
  readonly onError: (error: unknown) => void
  /** Milliseconds from the end of one flush to the start of the next. Default 1000. */
  readonly intervalMs?: number
}

export function createStatisticsFlusher(options: FlusherOptions): StatisticsFlusher {
  const { store, takeDirty, putBack, onError, intervalMs = 1000 } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  const flush = async (): Promise<void> => {
    const dirty = takeDirty()
    if (dirty.endpoints.size === 0 && dirty.tokens.size === 0) return
    try {
      await store.writeCounters(dirty)
    } catch (error) {
      putBack(dirty)
      onError(error)
    }
  }

  const schedule = (): void => {
    timer = setTimeout(() => {
      running = flush().then(() => {
        if (!stopped) schedule()
      })
    }, intervalMs)
  }

  return {
    start: schedule,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      await flush()
    },
  }
}
