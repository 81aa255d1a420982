/** An open loop that tries one rate after another until it has found the highest one that meets the limits of the card. */
import type { Arrival } from '../model/arrival.ts'
import { judgeTrial, nextRate, type Trial } from '../model/find-knee.ts'
import type { Scenario } from '../model/scenario.ts'
import { EARLY_MS, type EngineTimer } from '../platform/engine-timer.ts'
import type { Job } from '../requests/make-call.ts'
import type { JobSource } from './job-source.ts'
import { rateName } from './rate-name.ts'

interface KneeLoopParts {
  readonly timer: EngineTimer
  readonly onReady: () => void
  readonly onArrived: () => void
  readonly onLag: (lagMs: number) => void
  readonly onDropped: (step: string) => void
}

type KneeArrival = Extract<Arrival, { kind: 'knee' }>

/** A trial that is unsure goes on for as long again, this many times. */
const MAX_EXTENSIONS = 2

/** Each trial begins when all requests of the one before have ended, so that it finds no queue. */
export function createKneeLoop(initial: Scenario, arrival: KneeArrival, parts: KneeLoopParts): JobSource {
  const { timer, onReady, onArrived, onLag, onDropped } = parts
  const { goalPercent } = initial.slo
  let { maxParallel, timeoutS } = initial
  const search = { ...arrival, goalPercent }
  const trials: Trial[] = []
  const waiting: Job[] = []
  let current = { ratePerS: 0, good: 0, judged: 0, arrived: 0, planned: 0, extensions: 0, originMs: 0 }
  let number = 0
  let isOver = false
  let cancelTimer: () => void = () => undefined

  const release = (): void => {
    const dueMs = (): number => current.originMs + (current.arrived * 1000) / current.ratePerS
    for (; current.arrived < current.planned; current.arrived += 1) {
      const scheduledAtMs = dueMs()
      const nowMs = timer.nowMs()
      if (scheduledAtMs > nowMs + EARLY_MS) break
      number += 1
      onArrived()
      onLag(Math.max(0, nowMs - scheduledAtMs))
      waiting.push({ number, scheduledAtMs, step: rateName(current.ratePerS) })
    }
    onReady()
    if (!isOver && current.arrived < current.planned)
      cancelTimer = timer.after(Math.max(0, dueMs() - EARLY_MS - timer.nowMs()), release)
  }
  const begin = (ratePerS: number): void => {
    const planned = Math.max(1, Math.ceil(ratePerS * arrival.stepS))
    current = { ratePerS, good: 0, judged: 0, arrived: 0, planned, extensions: 0, originMs: timer.nowMs() }
    cancelTimer = timer.after(0, release)
  }
  const extend = (): void => {
    const { ratePerS, arrived } = current
    current.extensions += 1
    current.planned += Math.max(1, Math.ceil(ratePerS * arrival.stepS))
    // The next arrival is due now.
    current.originMs = timer.nowMs() - (arrived * 1000) / ratePerS
    cancelTimer = timer.after(0, release)
  }
  const judge = (isGood: boolean): void => {
    current.judged += 1
    if (isGood) current.good += 1
    if (isOver || current.judged < current.planned) return
    if (judgeTrial(current, goalPercent) === 'unsure' && current.extensions < MAX_EXTENSIONS) return extend()
    const { ratePerS, good, judged } = current
    trials.push({ ratePerS, good, judged })
    const next = nextRate(trials, search)
    if (next === null) isOver = true
    else begin(next)
  }

  return {
    start: () => begin(nextRate([], search) ?? arrival.fromPerS),
    nextJob: () => waiting.shift(),
    expire() {
      const dueBefore = timer.nowMs() - timeoutS * 1000
      while (waiting[0] && waiting[0].scheduledAtMs < dueBefore) {
        onDropped(waiting.shift()?.step ?? '')
        judge(false)
      }
    },
    record: judge,
    parallel: () => maxParallel,
    isExhausted: () => isOver,
    step: () => (isOver ? '' : `trial ${trials.length + 1} · ${rateName(current.ratePerS)}`),
    plannedRequests: () => null,
    update(edited) {
      ;({ maxParallel, timeoutS } = edited)
      onReady()
    },
    stop() {
      isOver = true
      cancelTimer()
      return waiting.splice(0).length
    },
  }
}
