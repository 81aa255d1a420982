// All workers together send one probe to an endpoint that may have recovered.
import { expect, it } from 'vitest'
import { createDecisionCollector } from '../../../src/cluster/primary/collect-decisions.ts'
import { createProfileCollector } from '../../../src/cluster/primary/collect-profile.ts'
import { createCoordinator } from '../../../src/cluster/primary/coordinator.ts'
import { createEndpointSignals } from '../../../src/cluster/primary/endpoint-signals.ts'
import { createConnectionShare } from '../../../src/cluster/primary/share-connections.ts'
import { createConfigurationPublisher } from '../../../src/cluster/primary/publish-configuration.ts'
import { createProbeLeave } from '../../../src/cluster/primary/probe-leave.ts'
import { createReplayedLeases } from '../../../src/cluster/primary/replay-leases.ts'
import { createWorkerFigures } from '../../../src/cluster/primary/worker-figures.ts'
import type { PrimaryMessage } from '../../../src/cluster/messages.ts'
import type { ReceivedMessage } from '../../../src/cluster/pack-messages.ts'
import type { SharedRecord } from '../../../src/cluster/shared-record.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createTokenEstimate } from '../../../src/core/routing/token-estimate.ts'
import { createSlotGrants } from '../../../src/core/shared/slot-grants.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'
import { createTimers } from '../../support/gateway/timers.ts'

const policy = { failThreshold: 3, cooldownS: 20 }
const SWEEP_MS = 250
const ended = { promptTokens: undefined, completionTokens: undefined, deltas: 0, latencyMs: 0 }
const pin: SharedRecord = { type: 'pin', key: { blockId: 1, objectId: 'resp_1' }, endpointId: 1 }

function start() {
  const clock = manualClock()
  const { setTimer, advance, timers } = createTimers(clock)
  const configured = configuration([endpointConfig(1), endpointConfig(2)])
  const state = gatewayState(configured, clock.now)
  const posted: { to: number; message: PrimaryMessage }[] = []
  const ids = [1, 2]
  const post = (to: number, message: PrimaryMessage): void => void posted.push({ to, message })
  const pool = {
    post,
    broadcast: (message: PrimaryMessage, exceptId?: number) =>
      ids.filter((id) => id !== exceptId).forEach((id) => post(id, message)),
    ids: () => ids,
    start: () => undefined,
    hand: () => undefined,
    pidOf: () => undefined,
    isDegraded: () => false,
    drain: () => Promise.resolve(),
  }
  const probes: (readonly [number, boolean])[] = []
  const grants = createSlotGrants((id, grant) => post(id, { type: 'grant', grant }))
  for (const id of [1, 2]) grants.setLimit(id, 4)
  const placer = createPlacer({ clock: clock.now, endpoints: () => 2 })
  const learned: SharedRecord[] = []
  const { listener, ...coordinator } = createCoordinator({
    state,
    pool,
    setTimer,
    grants: {
      ...grants,
      setProbe(id, isProbing) {
        probes.push([id, isProbing])
        grants.setProbe(id, isProbing)
      },
    },
    replayed: createReplayedLeases({
      state,
      clock: clock.now,
      policy,
      placer,
      estimate: createTokenEstimate(),
      takeAwaited: () => false,
    }),
    signals: createEndpointSignals(clock.now),
    configuration: createConfigurationPublisher(pool, configured),
    decisions: createDecisionCollector(pool, setTimer),
    profiles: createProfileCollector(pool),
    probeLeave: createProbeLeave(state, clock.now),
    figures: createWorkerFigures(state.totals),
    connections: createConnectionShare({ clock: clock.now, setTimer, hand: pool.hand }),
    startMessage: () => ({
      type: 'start',
      workers: 2,
      instanceId: 'i',
      promptSecret: 's',
      adminToken: 'a',
      socketPath: '/tmp/s',
    }),
    knownRecords: () => [pin],
    watchEndpoints: () => undefined,
    onReady: () => undefined,
    onFinished: () => undefined,
    onLog: () => undefined,
    onRecord: (record) => void learned.push(record),
    onLoadHeader: () => undefined,
    onRefreshModels: () => undefined,
  })
  for (const id of ids) listener.onStart(id)
  let lease = 0
  const tell = (from: number, ...messages: ReceivedMessage[]): void => {
    for (const message of messages) listener.onMessage(from, message)
    listener.onBatch(from)
  }
  const begin = (from: number): number => {
    lease += 1
    const request = { blockId: 1, tokenId: null, api: 'chat', path: '/v1/chat/completions' } as const
    const of = { ...request, measure: 'completion', stream: true } as const
    tell(from, { type: 'begin', lease, endpointId: 1, request: of })
    return lease
  }
  const settle = (from: number, id: number, outcome: Settlement['outcome']): void =>
    tell(from, { type: 'settle', lease: id, result: { ...ended, outcome } })
  /** @returns the calls since the last one. */
  const takeProbes = () => probes.splice(0)
  const trip = (): void => {
    for (let each = 0; each < policy.failThreshold; each += 1)
      settle(1 + (each % 2), begin(1 + (each % 2)), 'failure')
  }
  return {
    clock,
    state,
    posted,
    listener,
    coordinator,
    tell,
    begin,
    settle,
    takeProbes,
    trip,
    learned,
    advance,
    timers,
  }
}

it('allows one probe as the breaker opens, another where one ends without a verdict, and none once it is closed', () => {
  const { begin, settle, tell, takeProbes, trip, coordinator, advance } = start()
  expect(takeProbes()).toEqual([])
  trip()
  expect(takeProbes()).toEqual([[1, true]])
  coordinator.signalChanges()
  expect(takeProbes()).toEqual([])
  advance(policy.cooldownS * 1000)
  const aborted = begin(2)
  coordinator.signalChanges()
  expect(takeProbes()).toEqual([])
  settle(2, aborted, 'aborted')
  expect(takeProbes()).toEqual([[1, true]])
  settle(1, begin(1), 'failure')
  // The breaker opens again: another trip.
  expect(takeProbes()).toEqual([[1, true]])
  advance(policy.cooldownS * 2_000)
  tell(1, { type: 'responded', lease: begin(1) })
  expect(takeProbes()).toEqual([[1, false]])
  coordinator.signalChanges()
  expect(takeProbes()).toEqual([])
})

it('allows another probe where the worker that sent it has ended', () => {
  const { begin, takeProbes, trip, listener, coordinator, advance } = start()
  trip()
  advance(policy.cooldownS * 1000)
  begin(2)
  coordinator.signalChanges()
  takeProbes()
  listener.onEnd(2)
  expect(takeProbes()).toEqual([[1, true]])
})

it('gives the slots of a worker that has ended to others once endpoints have seen its connections close', () => {
  const { listener, tell, posted, advance } = start()
  const capacityOf = (worker: number): number => {
    const grants = posted.flatMap(({ to, message }) =>
      to === worker && message.type === 'grant' && message.grant.endpointId === 1 ? [message.grant] : [],
    )
    return grants.at(-1)?.capacity ?? 0
  }
  const tellSlots = (worker: number, waiting: number): void => {
    const grantSeq = posted.reduce(
      (last, { to, message }) => (to === worker && message.type === 'grant' ? message.grant.seq : last),
      0,
    )
    const capacity = capacityOf(worker)
    const report = {
      endpointId: 1,
      seq: grantSeq,
      grantSeq,
      takenSeq: 0,
      capacity,
      inflight: capacity,
      waiting,
      isOwed: false,
    }
    tell(worker, { type: 'slots', report })
  }
  tellSlots(2, 1)
  tellSlots(1, 4)
  const before = capacityOf(1)
  expect(before + capacityOf(2)).toBe(4)
  listener.onEnd(2)
  expect(capacityOf(1)).toBe(before)
  advance(100)
  expect(capacityOf(1)).toBe(4)
})

it('allows one probe as a hang begins, and none once it has ended', () => {
  const { state, clock, tell, begin, settle, takeProbes, coordinator } = start()
  const { watch } = state.endpoint(1)
  watch.hang = { sinceMs: 0, probe: undefined, nextProbeMs: clock.now(), failedProbes: 0 }
  coordinator.signalChanges()
  expect(takeProbes()).toEqual([[1, true]])
  const probe = begin(1)
  coordinator.signalChanges()
  expect(takeProbes()).toEqual([])
  settle(1, probe, 'aborted')
  expect(takeProbes()).toEqual([[1, true]])
  tell(2, { type: 'received', lease: begin(2) })
  expect(takeProbes()).toEqual([[1, false]])
})

it('tells a worker that has been started everything before it gets slots', () => {
  const { posted } = start()
  const types = posted.filter(({ to }) => to === 1).map(({ message }) => message.type)
  expect([...new Set(types)]).toEqual(['start', 'configuration', 'record', 'signal', 'grant'])
  expect(posted).toContainEqual({ to: 1, message: { type: 'record', record: pin } })
})

it('tells all workers everything of an endpoint that is restored: one may have begun while it was deleted', () => {
  const { state, posted, coordinator } = start()
  state.endpoint(2).unhealthy = true
  coordinator.signalChanges()
  posted.length = 0
  coordinator.introduce([2])
  expect(posted.map(({ to }) => to)).toEqual([1, 2])
  for (const { message } of posted)
    expect(message).toMatchObject({
      type: 'signal',
      signal: { id: 2, unhealthy: true, list: null, load: null },
    })
})

it('passes what a worker has learned on to the others, and not back', () => {
  const { posted, tell, learned } = start()
  posted.length = 0
  const record: SharedRecord = { type: 'poison', digest: 'd' }
  tell(1, { type: 'record', record })
  expect(learned).toEqual([record])
  expect(posted).toEqual([{ to: 2, message: { type: 'record', record } }])
})

it('tells all workers what has changed without a report of one', () => {
  const { state, posted, coordinator, timers, advance } = start()
  coordinator.start()
  posted.length = 0
  state.endpoint(2).unhealthy = true
  advance(SWEEP_MS)
  const signal = { id: 2, unhealthy: true }
  for (const to of [1, 2]) expect(posted).toContainEqual({ to, message: { type: 'signal', signal } })
  coordinator.stop()
  expect(timers.size).toBe(0)
})
