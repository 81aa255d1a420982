// Brings the workers' configuration up to the primary's, and knows when all of them have it.
import type { Configuration } from '../../core/state/configuration.ts'
import { diffConfiguration, splitChange } from '../configuration-change.ts'
import type { PrimaryMessage } from '../messages.ts'
import type { WorkerPool } from './worker-pool.ts'

export interface ConfigurationPublisher {
  /** Sends the whole configuration to a worker that has been started. */
  sendAll(workerId: number): void
  /** Sends what has changed. @returns a promise that resolves when all workers that still run have applied it. */
  publish(configuration: Configuration): Promise<void>
  /** The worker has applied a version, or has ended. */
  applied(workerId: number, version: number): void
}

/** Rows in one message. */
const MOST_ROWS = 500

interface Wait {
  readonly version: number
  readonly workers: Set<number>
  readonly resolve: () => void
}

export function createConfigurationPublisher(
  pool: Pick<WorkerPool, 'post' | 'broadcast' | 'ids'>,
  initial: Configuration,
): ConfigurationPublisher {
  let current = initial
  let version = 0
  const waits = new Set<Wait>()

  const messages = (before: Configuration | undefined): PrimaryMessage[] => {
    const parts = [...splitChange(diffConfiguration(before, current), MOST_ROWS)]
    return parts.map((change, index) => ({
      type: 'configuration',
      change,
      ...(index === parts.length - 1 ? { version } : {}),
    }))
  }

  return {
    sendAll(workerId) {
      for (const message of messages(undefined)) pool.post(workerId, message)
    },
    publish(configuration) {
      const before = current
      current = configuration
      version += 1
      for (const message of messages(before)) pool.broadcast(message)
      const workers = new Set(pool.ids())
      if (workers.size === 0) return Promise.resolve()
      return new Promise((resolve) => waits.add({ version, workers, resolve }))
    },
    applied(workerId, applied) {
      for (const wait of waits) {
        if (applied < wait.version || !wait.workers.delete(workerId) || wait.workers.size > 0) continue
        waits.delete(wait)
        wait.resolve()
      }
    },
  }
}
