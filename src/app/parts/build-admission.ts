// Builds the queue and the router that a process admits requests with.
import type { Config } from '../../config/environment-table.ts'
import type { Clock } from '../../core/clock.ts'
import type { DecisionLog } from '../../core/decisions/decision-log.ts'
import type { BreakerPolicy } from '../../core/lease/breaker.ts'
import type { Placer } from '../../core/placement/placer.ts'
import { createAdmission, type Admission, type AdmissionOptions } from '../../core/queue/admission.ts'
import { createGuaranteeLedger } from '../../core/queue/guarantee.ts'
import { createRouter } from '../../core/routing/router.ts'
import type { CreateWindowedSums } from '../../core/shared/windowed-sums.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { SetTimer } from '../../core/timer.ts'

export interface AdmissionParts {
  readonly state: GatewayState
  readonly clock: Clock
  readonly createSums: CreateWindowedSums
  readonly placer: Placer
  readonly decisions: DecisionLog
  readonly setTimer: SetTimer
  /** As of `AdmissionOptions`. */
  readonly onDemand?: AdmissionOptions['onDemand']
}

export const breakerPolicy = ({ failThreshold, cooldownS }: Config): BreakerPolicy => ({
  failThreshold,
  cooldownS,
})

/** @param maxWaiting - requests that may wait in this process, each for `timeoutMs`. */
export const buildAdmission = (
  config: Config,
  { state, clock, createSums, placer, decisions, setTimer, onDemand }: AdmissionParts,
  maxWaiting = config.queueMax,
  timeoutMs = config.queueTimeoutS * 1000,
): Admission =>
  createAdmission({
    clock,
    guarantees: createGuaranteeLedger(createSums),
    maxWaiting,
    timeoutMs,
    setTimer,
    ...(onDemand === undefined ? {} : { onDemand }),
    onSize: (waiting) => void (state.totals.queued = waiting),
    createRouter: (hooks) =>
      createRouter({ state, clock, hooks, policy: breakerPolicy(config), placer, decisions }),
  })
