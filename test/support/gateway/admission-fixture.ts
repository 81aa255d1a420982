// Starts an admission queue on a manual clock.
import {
  createAdmission,
  type Admission,
  type AdmissionOptions,
  type WaitListener,
} from '../../../src/core/queue/admission.ts'
import { createGuaranteeLedger, type GuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { SlotAllocator } from '../../../src/core/shared/slots.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import type { Configuration, EndpointConfig, TokenConfig } from '../../../src/core/state/configuration.ts'
import type { GatewayState } from '../../../src/core/state/gateway-state.ts'
import type { Refusal } from '../../../src/core/routing/refusal.ts'
import { createRouter, type Router } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { requestFor, policy } from './closed-loop.ts'
import { configuration, endpointConfig, gatewayState, manualClock } from './gateway-fixture.ts'
import { createTimers } from './timers.ts'

interface Setting {
  readonly endpoints?: readonly EndpointConfig[]
  readonly tokens?: readonly TokenConfig[]
  /** Overrides endpoints and tokens. */
  readonly configured?: Configuration
  readonly maxWaiting?: number
  readonly timeoutMs?: number
  readonly create?: (options: AdmissionOptions, state: GatewayState) => Admission
  /** Puts something between the queue and its router. */
  readonly wrapRouter?: (router: Router) => Router
  /** Default: those of a single process. */
  readonly slots?: SlotAllocator
  readonly onDemand?: AdmissionOptions['onDemand']
  readonly wrapGuarantees?: (guarantees: GuaranteeLedger) => GuaranteeLedger
}

export function startAdmission(setting: Setting = {}) {
  const { endpoints = [endpointConfig(1, { maxConcurrent: 1 })], tokens = [] } = setting
  const { configured = configuration(endpoints, { tokens }), maxWaiting = 1000, timeoutMs = 10_000 } = setting
  const {
    create = createAdmission,
    wrapRouter = (router) => router,
    wrapGuarantees = (each) => each,
  } = setting
  const clock = manualClock()
  const { timers, setTimer, advance } = createTimers(clock)
  const state = gatewayState(configured, clock.now, undefined, undefined, setting.slots)
  let waiting = 0
  const options: AdmissionOptions = {
    clock: clock.now,
    guarantees: wrapGuarantees(createGuaranteeLedger(createLocalSums(clock.now))),
    maxWaiting,
    timeoutMs,
    setTimer,
    onSize: (size) => (waiting = size),
    ...(setting.onDemand && { onDemand: setting.onDemand }),
    createRouter: (hooks) => wrapRouter(createRouter({ state, clock: clock.now, policy, hooks })),
  }
  const admission = create(options, state)
  return { clock, state, admission, advance, timers, setTimer, waiting: () => waiting }
}

export const settle = (lease: Lease, completionTokens: number): void => {
  lease.responded()
  lease.settle({ outcome: 'success', promptTokens: 1, completionTokens, deltas: 0, latencyMs: 1 })
}

/** Submits a request. @returns an object that receives its lease or refusal. */
export function submit(admission: Admission, request: RoutingRequest = requestFor()) {
  const result: { lease?: Lease; refusal?: Refusal; cancel?: () => void } = {}
  const listener: WaitListener = {
    onLease: (lease) => void (result.lease = lease),
    onRefusal: (refusal) => void (result.refusal = refusal),
  }
  const admitted = admission.admit(request, [], listener)
  if ('lease' in admitted) result.lease = admitted.lease
  else if ('refusal' in admitted) result.refusal = admitted.refusal
  else result.cancel = () => admitted.waiting.cancel()
  return result
}
