/** A closed loop: a request is due as soon as fewer than `parallel()` are in flight. A sweep changes that number by step. */
import { sweepLevels } from './arrival-schedule.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { JobSource } from './job-source.ts'
import type { Scenario } from '../model/scenario.ts'

interface ClosedLoopParts {
  readonly timer: EngineTimer
  /** Called when the run may send more requests. */
  readonly onReady: () => void
  readonly onArrived: () => void
}

export function createClosedLoop(
  scenario: Scenario,
  { timer, onReady, onArrived }: ClosedLoopParts,
): JobSource {
  const { arrival } = scenario
  const sweep = arrival.kind === 'sweep' ? arrival : null
  const levels = sweep ? sweepLevels(sweep) : []
  let { maxParallel, requests } = scenario
  let taken = 0
  let step = 0
  let isStopped = false
  let cancelStep: () => void = () => undefined

  const isSweepOver = (): boolean => sweep !== null && step >= levels.length
  const stepName = (): string => (sweep && !isSweepOver() ? `${levels[step]} in parallel` : '')
  const nextStep = (): void => {
    if (!sweep) return
    cancelStep = timer.after(sweep.stepS * 1000, () => {
      step += 1
      if (!isSweepOver()) nextStep()
      onReady()
    })
  }
  const isExhausted = (): boolean => isStopped || isSweepOver() || (requests > 0 && taken >= requests)

  return {
    start() {
      nextStep()
      onReady()
    },
    nextJob() {
      if (isExhausted()) return undefined
      taken += 1
      onArrived()
      return { number: taken, scheduledAtMs: timer.nowMs(), step: stepName() }
    },
    expire: () => undefined,
    parallel: () => levels[Math.min(step, levels.length - 1)] ?? maxParallel,
    isExhausted,
    step: () => (sweep && !isSweepOver() ? `${step + 1} of ${levels.length} · ${stepName()}` : ''),
    plannedRequests: () => (requests > 0 ? requests : null),
    update(edited) {
      ;({ maxParallel, requests } = edited)
      onReady()
    },
    stop() {
      isStopped = true
      cancelStep()
      return 0
    },
  }
}
