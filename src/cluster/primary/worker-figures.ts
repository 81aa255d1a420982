// Sums the figures that the workers tell of themselves.
import type { GatewayTotals } from '../../core/state/gateway-totals.ts'
import { uniteQueues, type BlockQueue } from '../../core/queue/block-queue.ts'
import type { WorkerGauges } from '../messages.ts'

export interface WorkerFigures {
  set(workerId: number, gauges: WorkerGauges): void
  remove(workerId: number): void
  of(workerId: number): WorkerGauges | undefined
  /** The requests that wait, by incoming block. */
  waiting(): ReadonlyMap<number, BlockQueue>
}

/** @param totals - those that only workers know are kept up to date. */
export function createWorkerFigures(totals: GatewayTotals): WorkerFigures {
  const byWorker = new Map<number, WorkerGauges>()
  const sum = (of: (gauges: WorkerGauges) => number): number =>
    [...byWorker.values()].reduce((total, gauges) => total + of(gauges), 0)
  const update = (): void => {
    totals.queued = sum(({ queued }) => queued)
    totals.bodyBytes = sum(({ bodyBytes }) => bodyBytes)
  }
  return {
    set(workerId, gauges) {
      byWorker.set(workerId, gauges)
      update()
    },
    remove(workerId) {
      byWorker.delete(workerId)
      update()
    },
    of: (workerId) => byWorker.get(workerId),
    waiting() {
      const all = new Map<number, BlockQueue>()
      for (const { waiting } of byWorker.values())
        for (const [blockId, queue] of waiting) {
          const known = all.get(blockId)
          all.set(blockId, known ? uniteQueues(known, queue) : queue)
        }
      return all
    },
  }
}
