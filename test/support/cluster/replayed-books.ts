// Two workers whose leases a primary replays, and one process that takes the same leases itself.
import { p99Of } from '../../../src/core/lease/latency-estimate.ts'
import { expect } from 'vitest'
import type { WorkerMessage } from '../../../src/cluster/messages.ts'
import { packMessages, unpackMessages } from '../../../src/cluster/pack-messages.ts'
import { createReplayedLeases } from '../../../src/cluster/primary/replay-leases.ts'
import { reportLeases } from '../../../src/cluster/worker/report-leases.ts'
import { createLease, type Lease } from '../../../src/core/lease/lease.ts'
import type { WaitTrack } from '../../../src/core/lease/wait-track.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createAdmission } from '../../../src/core/queue/admission.ts'
import { createGuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { createTokenEstimate } from '../../../src/core/routing/token-estimate.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../../src/core/state/gateway-state.ts'
import { requestFor } from '../gateway/closed-loop.ts'
import {
  aliasConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../gateway/gateway-fixture.ts'
import { createTimers } from '../gateway/timers.ts'

type LeaseMessage = Extract<WorkerMessage, { readonly lease: number }>

export const policy = { failThreshold: 3, cooldownS: 20 }
/** Workers admit everything: what their own breakers say is another matter. */
const workerPolicy = { failThreshold: Infinity, cooldownS: 0 }
export const tokens = [tokenConfig(1), tokenConfig(2)]
export const alias = aliasConfig(1, {})
const configured = configuration([endpointConfig(1, { models: ['m', '*'] }), endpointConfig(2)], {
  tokens,
  aliases: [alias],
})
const noHooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => undefined }

/** The parts with which a process keeps its books. */
function createBooks(now: () => number) {
  const state = gatewayState(configured, now)
  const onSessionMove = (): void => void (state.totals.sessionMoves += 1)
  const placer = createPlacer({ clock: now, endpoints: () => 2, onSessionMove })
  return { state, placer, clock: now, policy, estimate: createTokenEstimate() }
}

function createWorker(now: () => number, post: (message: WorkerMessage) => void) {
  const state = gatewayState(configured, now)
  const admission = createAdmission({
    clock: now,
    guarantees: createGuaranteeLedger(createLocalSums(now)),
    maxWaiting: 0,
    timeoutMs: 1_000,
    setTimer: createTimers(manualClock()).setTimer,
    createRouter: (hooks) => createRouter({ state, clock: now, policy: workerPolicy, hooks }),
  })
  return { state, admission: reportLeases(admission, () => true, post) }
}

const trackView = ({
  estimate,
  first,
  last,
  previous,
  next,
  ...track
}: WaitTrack & Record<string, unknown>) => ({
  ...track,
  p99: p99Of(estimate),
  waiting: [first?.startMs, last?.startMs, previous, next],
})

function endpointView(endpoint: EndpointRuntime) {
  const { counters, estimated, tripped, evidence, successes, watch, inflight, lastError, epoch, work } =
    endpoint
  const { stream, whole, hang, fleet, ...watched } = watch
  const { prefillTokens, prefilling, decodes, failedShare, failedAtMs, cacheFactor } = work
  return {
    counters,
    estimated,
    tripped,
    evidence,
    successes,
    watched,
    hang: hang && { ...hang, probe: hang.probe?.startMs },
    tracks: [stream, whole].map((track) => trackView(track as WaitTrack & Record<string, unknown>)),
    fleet: [p99Of(fleet.stream), p99Of(fleet.whole)],
    work: { prefillTokens, prefilling, decodes, failedShare, failedAtMs, cacheFactor },
    speeds: [work.prefillMs, work.overheadMs, work.decodeMs],
    inflight,
    lastError,
    epoch,
    pass: endpoint.pass,
  }
}

export const read = ({ totals, traffic, ledger, scopedTrips, endpoint }: GatewayState) => ({
  totals: { ...totals, countUnleased: null, uptimeS: null, reset: null },
  endpoints: [1, 2].map((id) => endpointView(endpoint(id))),
  tokens: tokens.map(({ id }) => ledger.token(id)),
  dirty: ledger.takeDirty(),
  scoped: [...scopedTrips].map(({ config }) => config.id).sort(),
  traffic: {
    total: traffic.total,
    blocks: traffic.block(1),
    endpoints: [1, 2].map(traffic.endpoint),
    wires: [1, 2].map((id) => traffic.wire(1, id)),
    tokens: [...traffic.tokens()],
    models: [...traffic.models()],
    alias: traffic.alias(1),
  },
})

interface Taken {
  readonly workerId: number
  readonly lease: Lease
  readonly same: Lease
  hasReceived: boolean
  isSettled: boolean
}

export function startCluster() {
  const clock = manualClock()
  const primary = createBooks(clock.now)
  const single = createBooks(clock.now)
  const awaited = new Set<string>()
  const replayed = createReplayedLeases({
    ...primary,
    takeAwaited: ({ objectId }) => awaited.delete(objectId),
  })
  const post = (workerId: number) => (message: WorkerMessage) =>
    unpackMessages(
      structuredClone(packMessages([message])),
      (told) => void replayed.apply(workerId, told as LeaseMessage),
    )
  const create = (workerId: number) => ({ id: workerId, ...createWorker(clock.now, post(workerId)) })
  const workers = [create(1), create(2)] as [ReturnType<typeof create>, ReturnType<typeof create>]
  let taken: Taken[] = []
  let lastId = 2

  return {
    clock,
    primary,
    single,
    replayed,
    /** Ids of objects whose usage is not counted. */
    awaited,
    taken: () => taken,
    begin(at: 0 | 1, values: Partial<RoutingRequest>): Taken | undefined {
      const request = requestFor(values)
      const worker = workers[at]
      const result = worker.admission.admit(request, [], undefined)
      if (!('lease' in result)) return undefined
      const endpoint = single.state.endpoint(result.lease.endpoint.config.id)
      const wire = single.state.wires(1).find((each) => each.endpoint === endpoint)
      if (wire === undefined) throw new Error('no wire')
      const placed = single.placer.place(wire, request, 'prefix')
      const same = createLease({ ...single, hooks: noHooks }, request, endpoint, placed)
      const both = { workerId: worker.id, lease: result.lease, same, hasReceived: false, isSettled: false }
      taken.push(both)
      return both
    },
    /** The worker ends and is replaced. @returns the number of leases that were open. */
    end(at: 0 | 1): number {
      const { id } = workers[at]
      const count = replayed.removeWorker(id)
      for (const { same, workerId, isSettled } of taken) {
        if (workerId !== id || isSettled) continue
        same.unwatch()
        same.settle({ ...empty, outcome: 'aborted' })
      }
      taken = taken.filter(({ workerId }) => workerId !== id)
      workers[at] = create((lastId += 1))
      return count
    },
    expectEqual: () => expect(read(primary.state)).toEqual(read(single.state)),
  }
}

export const empty = { promptTokens: undefined, completionTokens: undefined, deltas: 0, latencyMs: 0 }
