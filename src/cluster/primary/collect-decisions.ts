// Asks all workers for their last decisions and merges them.
import type { DecisionRecord } from '../../core/decisions/decision.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { DecisionQuery } from '../messages.ts'
import type { WorkerPool } from './worker-pool.ts'

export interface DecisionCollector {
  /** The newest first, of the workers that respond within a second. */
  list(filter: DecisionQuery, limit: number): Promise<DecisionRecord[]>
  receive(id: number, workerId: number, decisions: readonly DecisionRecord[]): void
  removeWorker(workerId: number): void
}

interface Question {
  readonly pending: Set<number>
  readonly found: DecisionRecord[]
  end(): void
}

const MAX_WAIT_MS = 1_000

export function createDecisionCollector(
  pool: Pick<WorkerPool, 'broadcast' | 'ids'>,
  setTimer: SetTimer,
): DecisionCollector {
  const questions = new Map<number, Question>()
  let last = 0

  const ended = (question: Question, workerId: number): void => {
    question.pending.delete(workerId)
    if (question.pending.size === 0) question.end()
  }

  return {
    list(filter, limit) {
      const id = (last += 1)
      const found: DecisionRecord[] = []
      const pending = new Set(pool.ids())
      return new Promise((resolve) => {
        const cancel = setTimer(() => end(), MAX_WAIT_MS)
        const end = (): void => {
          cancel()
          questions.delete(id)
          resolve(found.sort((a, b) => b.atMs - a.atMs).slice(0, limit))
        }
        if (pending.size === 0) return end()
        questions.set(id, { pending, found, end })
        pool.broadcast({ type: 'list decisions', id, filter, limit })
      })
    },
    receive(id, workerId, decisions) {
      const question = questions.get(id)
      question?.found.push(...decisions)
      if (question) ended(question, workerId)
    },
    removeWorker(workerId) {
      for (const question of questions.values()) ended(question, workerId)
    },
  }
}
