// Asks one worker for a profile of its CPU time.
import type { WorkerPool } from './worker-pool.ts'

export interface ProfileCollector {
  /** @returns undefined where no such worker runs, or it ends meanwhile. */
  take(workerId: number, seconds: number): Promise<string | undefined>
  /** The answer of the worker. */
  receive(workerId: number, profile: string | undefined): void
  removeWorker(workerId: number): void
}

/** A worker is asked for one profile at a time. */
export function createProfileCollector(pool: Pick<WorkerPool, 'post' | 'ids'>): ProfileCollector {
  const waiting = new Map<number, (profile: string | undefined) => void>()
  const end = (workerId: number, profile: string | undefined): void => {
    waiting.get(workerId)?.(profile)
    waiting.delete(workerId)
  }
  return {
    take(workerId, seconds) {
      if (!pool.ids().includes(workerId)) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        waiting.set(workerId, resolve)
        pool.post(workerId, { type: 'profile', seconds })
      })
    },
    receive: end,
    removeWorker: (workerId) => end(workerId, undefined),
  }
}
