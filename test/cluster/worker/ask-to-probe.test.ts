// After a cooldown of one client all workers together send one probe, while they serve the others.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PrimaryMessage, WorkerMessage } from '../../../src/cluster/messages.ts'
import { createEndpointSignals } from '../../../src/cluster/primary/endpoint-signals.ts'
import { createProbeLeave } from '../../../src/cluster/primary/probe-leave.ts'
import { createReplayedLeases } from '../../../src/cluster/primary/replay-leases.ts'
import { applySignal } from '../../../src/cluster/worker/apply-signal.ts'
import { askToProbe } from '../../../src/cluster/worker/ask-to-probe.ts'
import { reportLeases } from '../../../src/cluster/worker/report-leases.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createTokenEstimate } from '../../../src/core/routing/token-estimate.ts'
import { effort } from '../../support/effort.ts'
import { startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const COOLDOWN_MS = policy.cooldownS * 1_000
// The third is for the second endpoint alone.
const tokens = [tokenConfig(1), tokenConfig(2), tokenConfig(3, { preferredEndpointId: 2 })]
const [failing, other, second] = tokens.map((token) => requestFor({ token, model: 'm' })) as [
  ReturnType<typeof requestFor>,
  ReturnType<typeof requestFor>,
  ReturnType<typeof requestFor>,
]

type Outcome = 'success' | 'failure' | 'aborted'

function settle(lease: Lease, outcome: Outcome): void {
  if (outcome === 'success') lease.responded()
  const result = { promptTokens: 1, completionTokens: 1, deltas: 0, latencyMs: 1 }
  lease.settle({ ...result, outcome, ...(outcome === 'failure' && { mayBeRequestFault: true }) })
}

function startPrimary(configured: ReturnType<typeof configuration>) {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  const placer = createPlacer({ clock: clock.now, endpoints: () => 2 })
  const books = { state, placer, clock: clock.now, policy, estimate: createTokenEstimate() }
  return {
    clock,
    state,
    replayed: createReplayedLeases({ ...books, takeAwaited: () => false }),
    signals: createEndpointSignals(clock.now),
    leave: createProbeLeave(state, clock.now),
  }
}

/** A primary and its workers, whose messages are handed over one by one. */
function start(count: number, endpoints = [endpointConfig(1)]) {
  const configured = configuration(endpoints, { tokens })
  const primary = startPrimary(configured)
  const { state, replayed, signals, leave } = primary
  const workers = Array.from({ length: count }, (_, id) => {
    const up: WorkerMessage[] = []
    const down: PrimaryMessage[] = []
    const { admission, ...started } = startAdmission({ configured })
    const post = (message: WorkerMessage): void => void up.push(message)
    const reporting = reportLeases(admission, () => false, post)
    const options = { state: started.state, clock: started.clock.now, setTimer: started.setTimer, post }
    const probing = askToProbe(options, reporting)
    return { ...started, ...probing, id, up, down }
  })
  type Worker = (typeof workers)[number]

  const tell = (endpointId: number): void => {
    const signal = signals.changesOf(state.endpoint(endpointId), true)
    if (signal) for (const { down } of workers) down.push({ type: 'signal', signal })
  }
  const receive = ({ id, down }: Worker, message: WorkerMessage): void => {
    if (message.type === 'ask to probe') {
      down.push({ type: 'may probe', id: message.id, ...leave.ask(id, message.endpointIds) })
    } else if (message.type === 'no probe') for (const each of message.endpointIds) leave.giveBack(id, each)
    else if ('lease' in message) {
      const endpoint = replayed.apply(id, message)
      if (endpoint && message.type === 'begin') {
        if (leave.begun(endpoint))
          for (const worker of workers)
            if (worker.id !== id) worker.down.push({ type: 'probe begun', endpointId: endpoint.config.id })
      } else if (endpoint) tell(endpoint.config.id)
    }
  }
  const apply = (worker: Worker, message: PrimaryMessage): void => {
    if (message.type === 'may probe') worker.answer(message.id, message)
    else if (message.type === 'probe begun') worker.begun(message.endpointId)
    else if (message.type === 'signal') {
      const context = { state: worker.state, clock: worker.clock.now }
      if (applySignal(context, message.signal)) worker.admission.serveWaiting()
    }
  }
  const deliverUp = (worker: Worker): void => {
    const message = worker.up.shift()
    if (message) receive(worker, message)
  }
  const deliverDown = (worker: Worker): void => {
    const message = worker.down.shift()
    if (message) apply(worker, message)
  }
  const deliver = (): void => {
    while (workers.some(({ up, down }) => up.length + down.length > 0))
      for (const worker of workers) {
        deliverUp(worker)
        deliverDown(worker)
      }
  }
  const end = (worker: Worker): void => {
    workers.splice(workers.indexOf(worker), 1)
    replayed.removeWorker(worker.id)
    leave.removeWorker(worker.id)
  }
  const advance = (ms: number): void => {
    primary.clock.advance(ms)
    for (const worker of workers) worker.advance(ms)
  }
  /** Opens the breaker for the failing client. */
  const trip = (): void => {
    for (let failures = 0; failures < policy.failThreshold; failures += 1) {
      const worker = workers[failures % workers.length]
      const { lease } = worker ? submit(worker.admission, failing) : {}
      if (lease) settle(lease, 'failure')
      deliver()
    }
  }
  const recheck = (): void => {
    for (const worker of workers) worker.recheck()
    deliver()
  }
  return { primary, workers, deliver, deliverUp, deliverDown, end, advance, trip, recheck }
}

function startTripped(count: number) {
  const started = start(count)
  started.trip()
  return started
}

/** The second endpoint has one slot in each worker, which is taken: requests wait once the first has set their client aside. */
function startFull(count: number) {
  const started = start(count, [endpointConfig(1), endpointConfig(2, { maxConcurrent: 1 })])
  const leases = leasesOf(started.workers.map(({ admission }) => submit(admission, second)))
  started.trip()
  return { ...started, leases }
}

const steps = ['submit', 'submit', 'up', 'down', 'up', 'down', 'settle', 'cancel', 'cool', 'recheck'] as const

type Submitted = ReturnType<typeof submit>
const leasesOf = (submitted: readonly Submitted[]): Lease[] =>
  submitted.flatMap(({ lease }) => (lease ? [lease] : []))
const refusalsOf = (submitted: readonly Submitted[]): string[] =>
  submitted.flatMap(({ refusal }) => (refusal ? [refusal.code] : []))

describe('workers, after a cooldown of one client', () => {
  it('send one probe of that client in all, and serve others meanwhile', () => {
    const { workers, trip, advance, deliver } = start(8)
    trip()
    const early = workers.map(({ admission }) => submit(admission, failing))
    expect(refusalsOf(early)).toEqual(workers.map(() => 'LB_ERR_ALL_COOLING'))
    advance(COOLDOWN_MS)
    const sent = workers.flatMap(({ admission }) => [1, 2, 3].map(() => submit(admission, failing)))
    const others = workers.map(({ admission }) => submit(admission, other))
    expect(leasesOf(others)).toHaveLength(8)
    deliver()
    const [probe, ...further] = leasesOf(sent)
    expect(further).toEqual([])
    expect(refusalsOf(sent)).toHaveLength(3 * 8 - 1)
    if (probe) settle(probe, 'success')
    deliver()
    expect(leasesOf(workers.map(({ admission }) => submit(admission, failing)))).toHaveLength(8)
  })

  it.each(['aborted', 'failure'] as const)('send another one where the first has %s', (outcome) => {
    const { workers, trip, advance, deliver } = start(3)
    trip()
    advance(COOLDOWN_MS)
    const submitAll = (): Lease[] => {
      const sent = workers.map(({ admission }) => submit(admission, failing))
      deliver()
      return leasesOf(sent)
    }
    const [probe] = submitAll()
    expect(submitAll()).toEqual([])
    if (probe) settle(probe, outcome)
    deliver()
    if (outcome === 'failure') {
      advance(2 * COOLDOWN_MS - 1)
      expect(submitAll()).toEqual([])
      advance(1)
    }
    expect(submitAll()).toHaveLength(1)
  })

  it.each(['its client has left before it could', 'its worker has ended'])(
    'send another one where the first that may send it does not: %s',
    (what) => {
      const { workers, trip, advance, deliver, deliverUp, end, recheck } = start(2)
      trip()
      advance(COOLDOWN_MS)
      const [one, two] = workers
      if (one === undefined || two === undefined) return expect.unreachable()
      const first = submit(one.admission, failing)
      deliverUp(one)
      const second = submit(two.admission, failing)
      deliverUp(two)
      if (what === 'its worker has ended') end(one)
      else first.cancel?.()
      deliver()
      // Until its worker asks again, it waits for what comes of the first.
      expect([first.lease, second.lease, second.refusal]).toEqual([undefined, undefined, undefined])
      recheck()
      expect(second.lease).toBeDefined()
    },
  )
})

describe('a request that waits in the queue of a worker', () => {
  it('may be the one probe of all workers once the cooldown is over, and the others wait on', () => {
    const { workers, deliver, advance, recheck } = startFull(3)
    advance(COOLDOWN_MS - 1)
    const waiting = workers.map(({ admission }) => submit(admission, failing))
    const probes = (): Lease[] => leasesOf(waiting)
    recheck()
    expect(probes()).toEqual([])
    advance(1)
    recheck()
    recheck()
    expect(probes().map(({ endpoint }) => endpoint.config.id)).toEqual([1])
    expect(refusalsOf(waiting)).toEqual([])
    for (const probe of probes()) settle(probe, 'success')
    deliver()
    expect(probes()).toHaveLength(3)
  })

  it('is served by another endpoint while another worker has the leave to probe', () => {
    const { workers, leases, deliver, advance, recheck } = startFull(2)
    advance(COOLDOWN_MS - 1)
    const waiting = workers.map(({ admission }) => submit(admission, failing))
    advance(1)
    recheck()
    for (const lease of leases) settle(lease, 'success')
    deliver()
    expect(leasesOf(waiting).map(({ endpoint }) => endpoint.config.id)).toEqual([1, 2])
  })

  it.each(['aborted', 'failure'] as const)('may be another probe where the first has %s', (outcome) => {
    const { workers, deliver, advance, recheck } = startFull(2)
    advance(COOLDOWN_MS - 1)
    const waiting = workers.map(({ admission }) => submit(admission, failing))
    advance(1)
    recheck()
    const [probe] = leasesOf(waiting)
    if (probe) settle(probe, outcome)
    deliver()
    recheck()
    if (outcome === 'failure') {
      expect(leasesOf(waiting)).toHaveLength(1)
      advance(2 * COOLDOWN_MS - 1)
      // The first to wait does no longer.
      waiting.push(...workers.map(({ admission }) => submit(admission, failing)))
      advance(1)
      recheck()
    }
    expect(leasesOf(waiting)).toHaveLength(2)
  })

  it('keeps the leave until the endpoint has room, and gives it back where its client leaves before', () => {
    const { workers, trip, deliver, advance, recheck } = start(2, [endpointConfig(1, { maxConcurrent: 1 })])
    trip()
    const [one, two] = workers
    if (one === undefined || two === undefined) return expect.unreachable()
    advance(COOLDOWN_MS)
    const busy = leasesOf([submit(one.admission, other), submit(two.admission, other)])
    const [left, kept] = [submit(one.admission, failing), submit(one.admission, failing)]
    deliver()
    left.cancel?.()
    // The queue looks at what waits in vain.
    advance(1_000)
    recheck()
    expect([left, kept].map(({ lease, refusal }) => lease ?? refusal)).toEqual([undefined, undefined])
    for (const lease of busy) settle(lease, 'success')
    deliver()
    expect(kept.lease).toBeDefined()
    if (kept.lease) settle(kept.lease, 'aborted')
    deliver()

    const last = [submit(one.admission, other), submit(one.admission, failing)] as const
    deliver()
    last[1].cancel?.()
    recheck()
    const next = submit(two.admission, failing)
    deliver()
    expect(next.lease).toBeDefined()
  })

  it.each([1, 2])('waits for room at whichever of %i workers, until one of them is the probe', (count) => {
    const { workers, trip, deliver, advance, recheck } = start(count, [
      endpointConfig(1, { maxConcurrent: 1 }),
    ])
    trip()
    advance(COOLDOWN_MS)
    const busy = leasesOf(workers.map(({ admission }) => submit(admission, other)))
    const at = [workers[0], workers.at(-1)].flatMap((worker) => worker ?? [])
    const waiting = at.map(({ admission }) => submit(admission, failing))
    deliver()
    for (let looks = 0; looks < 4; looks += 1) {
      advance(250)
      recheck()
    }
    expect([leasesOf(waiting), refusalsOf(waiting)]).toEqual([[], []])
    // Says nothing of the endpoint, and makes room.
    for (const lease of busy.splice(0, 1)) settle(lease, 'aborted')
    deliver()
    if (count === 1) advance(250)
    expect(leasesOf(waiting)).toEqual([waiting[0]?.lease])
    expect(refusalsOf(waiting)).toEqual(['LB_ERR_ALL_COOLING'])
    for (const lease of [...leasesOf(waiting), ...busy]) settle(lease, 'success')
    deliver()
    expect(leasesOf(at.map(({ admission }) => submit(admission, failing)))).toHaveLength(count)
  })

  it('waits for room with the leave of another one whose client has left', () => {
    const { workers, trip, deliver, advance, recheck } = start(2, [endpointConfig(1, { maxConcurrent: 1 })])
    trip()
    advance(COOLDOWN_MS)
    const busy = leasesOf(workers.map(({ admission }) => submit(admission, other)))
    const [first, second] = workers.map(({ admission }) => submit(admission, failing))
    deliver()
    first?.cancel?.()
    recheck()
    recheck()
    for (const lease of busy) settle(lease, 'aborted')
    deliver()
    expect([first?.lease, second?.lease?.endpoint.config.id, second?.refusal]).toEqual([
      undefined,
      1,
      undefined,
    ])
  })

  it('does not wait longer than a second for an answer of the primary, which serves others when it comes', () => {
    const { workers, trip, deliver, deliverUp, advance } = start(2)
    trip()
    const [one, two] = workers
    if (one === undefined || two === undefined) return expect.unreachable()
    advance(COOLDOWN_MS)
    const early = submit(one.admission, failing)
    deliverUp(one)
    advance(999)
    expect(early.refusal).toBeUndefined()
    advance(1)
    expect(refusalsOf([early])).toEqual(['LB_ERR_ALL_COOLING'])
    deliver()
    const late = submit(two.admission, failing)
    deliver()
    expect([early.lease, late.lease === undefined]).toEqual([undefined, false])
  })
})

describe('workers with a cooldown of one client, whatever the order of their messages', () => {
  it.each([
    ['one endpoint', () => startTripped(3)],
    ['requests that wait', () => startFull(3)],
  ] as const)('never have two probes in flight, and lose the leave for none: %s', (_what, begin) => {
    const step = fc.record({
      what: fc.constantFrom(...steps),
      at: fc.nat(2),
      outcome: fc.constantFrom<Outcome>('success', 'failure', 'aborted'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (sequence) => {
        const { primary, workers, advance, deliver, deliverUp, deliverDown, recheck } = begin()
        advance(COOLDOWN_MS)
        let sent: Submitted[] = []
        const open = (): Lease[] => leasesOf(sent)
        const isClosed = (): boolean =>
          [primary, ...workers].some(({ state }) => state.endpoint(1).tripped === null)
        for (const { what, at, outcome } of sequence) {
          if (isClosed()) break
          const worker = workers[at]
          if (worker === undefined) break
          if (what === 'submit') sent.push(submit(worker.admission, failing))
          else if (what === 'up') deliverUp(worker)
          else if (what === 'down') deliverDown(worker)
          else if (what === 'recheck') worker.recheck()
          else if (what === 'cancel') sent[at]?.cancel?.()
          else if (what === 'cool') {
            // A cooldown is longer than any message takes.
            deliver()
            advance(2 ** 10 * COOLDOWN_MS)
          } else {
            for (const lease of open()) settle(lease, outcome)
            sent = sent.filter(({ lease }) => lease === undefined)
          }
          if (!isClosed()) expect(open().length).toBeLessThanOrEqual(1)
        }
        deliver()
        for (const lease of open()) settle(lease, 'aborted')
        deliver()
        advance(2 ** 10 * COOLDOWN_MS)
        sent = workers.map(({ admission }) => submit(admission, failing))
        deliver()
        recheck()
        expect(open()).toHaveLength(isClosed() ? workers.length : 1)
      }),
      { numRuns: effort(500, 100) },
    )
  })
})
