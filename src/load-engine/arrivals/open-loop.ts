/**
 * An open loop: requests are due at the times of a schedule, independent of earlier responses. A request that exceeds
 * the parallel limit waits (its latency counts from its due time) and is dropped after waiting for the whole timeout.
 */
import {
  createArrivalSchedule,
  sweepLevels,
  type ArrivalSchedule,
  type ScheduledArrival,
} from './arrival-schedule.ts'
import type { Job } from '../requests/make-call.ts'
import { EARLY_MS, type EngineTimer } from '../platform/engine-timer.ts'
import type { JobSource } from './job-source.ts'
import { rateName } from './rate-name.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Random } from '../platform/seeded-random.ts'
import type { Trace } from '../traces/trace.ts'

interface OpenLoopParts {
  readonly timer: EngineTimer
  readonly random: Random
  readonly trace: Trace | undefined
  /** Called when the run may send more requests. */
  readonly onReady: () => void
  /** Called once for each arrival, before it is queued or dropped. */
  readonly onArrived: () => void
  /** Called for each arrival with the delay after its due time. */
  readonly onLag: (lagMs: number) => void
  readonly onDropped: (step: string) => void
}

/** Further arrivals are dropped at once, so that memory is bounded at any rate. */
const MAX_WAITING = 100_000
/** Arrivals processed in one task, before control returns to the event loop. */
const MAX_BATCH = 1_000
const MAX_SLEEP_MS = 60_000

/** A FIFO queue that removes items from the front in constant time. */
function createQueue<Item>() {
  let items: Item[] = []
  let head = 0
  return {
    push: (item: Item): number => items.push(item),
    first: (): Item | undefined => items[head],
    size: (): number => items.length - head,
    shift(): Item | undefined {
      const item = items[head]
      if (item === undefined) return undefined
      head += 1
      if (head > 1_024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    clear(): void {
      items = []
      head = 0
    },
  }
}

/** Calls `onDue` for each arrival of a schedule at its time, and `onBatch` after each batch. */
function createArrivalTimer(
  timer: EngineTimer,
  onDue: (due: ScheduledArrival, atMs: number) => void,
  onBatch: () => void,
) {
  let schedule: ArrivalSchedule | null = null
  let originMs = 0
  let next: ScheduledArrival | undefined
  let cancelTimer: () => void = () => undefined

  const releaseDue = (): void => {
    for (let count = 0; next && count < MAX_BATCH; count += 1) {
      const dueMs = originMs + next.atMs
      const nowMs = timer.nowMs()
      if (dueMs > nowMs + EARLY_MS) break
      onDue(next, dueMs)
      next = schedule?.next().value
    }
    onBatch()
    if (next) {
      const delayMs = Math.max(0, originMs + next.atMs - EARLY_MS - timer.nowMs())
      cancelTimer = timer.after(Math.min(MAX_SLEEP_MS, delayMs), releaseDue)
    }
  }
  const stop = (): void => {
    cancelTimer()
    schedule = null
    next = undefined
  }
  return {
    /** Replaces the schedule; remaining arrivals of the previous one are discarded. */
    start(newSchedule: ArrivalSchedule | null): void {
      stop()
      schedule = newSchedule
      originMs = timer.nowMs()
      next = schedule?.next().value
      releaseDue()
    },
    stop,
    isOver: (): boolean => next === undefined,
  }
}

export function createOpenLoop(initial: Scenario, parts: OpenLoopParts): JobSource {
  const { timer, random, trace, onReady, onArrived, onLag, onDropped } = parts
  let scenario = initial
  let arrived = 0
  let step = 0
  const { arrival } = initial
  const levels = arrival.kind === 'sweep' ? sweepLevels(arrival) : []
  const waiting = createQueue<Job>()

  const stepName = (at: number | undefined): string => (at === undefined ? '' : rateName(levels[at] ?? 0))
  const isComplete = (): boolean => scenario.requests > 0 && arrived >= scenario.requests
  const dropExpired = (): void => {
    const dueBefore = timer.nowMs() - scenario.timeoutS * 1000
    for (let first = waiting.first(); first && first.scheduledAtMs < dueBefore; first = waiting.first()) {
      waiting.shift()
      onDropped(first.step)
    }
  }
  const onDue = (due: ScheduledArrival, atMs: number): void => {
    arrived += 1
    step = due.step ?? 0
    onArrived()
    onLag(Math.max(0, timer.nowMs() - atMs))
    if (waiting.size() >= MAX_WAITING) return onDropped(stepName(due.step))
    const row = due.row === undefined ? {} : { row: due.row }
    waiting.push({ number: arrived, scheduledAtMs: atMs, step: stepName(due.step), ...row })
    if (isComplete()) arrivals.stop()
  }
  const arrivals = createArrivalTimer(timer, onDue, onReady)

  const scheduledCount = (): number | null => {
    if (arrival.kind === 'replay') return trace?.length ?? 0
    if (arrival.kind !== 'sweep') return null
    return levels.reduce((sum, ratePerS) => sum + Math.ceil(ratePerS * arrival.stepS - 1e-9), 0)
  }

  return {
    start: () => arrivals.start(createArrivalSchedule(arrival, random, trace)),
    nextJob: waiting.shift,
    expire: dropExpired,
    parallel: () => scenario.maxParallel,
    isExhausted: () => arrivals.isOver() && waiting.size() === 0,
    step: () => (levels.length > 0 ? `${step + 1} of ${levels.length} · ${stepName(step)}` : ''),
    plannedRequests: () => {
      const inSchedule = scheduledCount() ?? Infinity
      const limit = scenario.requests > 0 ? scenario.requests : Infinity
      const planned = Math.min(inSchedule, limit)
      return Number.isFinite(planned) ? planned : null
    },
    update(edited) {
      const hasNewRate = JSON.stringify(edited.arrival) !== JSON.stringify(scenario.arrival)
      const wasOver = arrivals.isOver()
      scenario = edited
      if (isComplete()) arrivals.stop()
      else if (hasNewRate || (wasOver && scheduledCount() === null)) {
        arrivals.start(createArrivalSchedule(edited.arrival, random, trace))
      }
      onReady()
    },
    stop() {
      arrivals.stop()
      const waitingCount = waiting.size()
      waiting.clear()
      return waitingCount
    },
  }
}
