// A worker that applies what the primary tells of an endpoint takes it for what the primary takes it for.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EndpointSignal } from '../../../src/cluster/messages.ts'
import { createEndpointSignals } from '../../../src/cluster/primary/endpoint-signals.ts'
import { applySignal } from '../../../src/cluster/worker/apply-signal.ts'
import {
  allowsRequest,
  breakerState,
  cooldownRemainingMs,
  isSetAside,
  resetBreaker,
} from '../../../src/core/lease/breaker.ts'
import { endHang } from '../../../src/core/lease/first-byte-watch.ts'
import { lastSuccessMs, lastSuccessOutsideMs } from '../../../src/core/lease/recent-success.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { GatewayState } from '../../../src/core/state/gateway-state.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

type Clock = ReturnType<typeof manualClock>

const clients = [1, 2, 3].map((id) => ({ token: tokenConfig(id) }))
const anonymous = { client: '127.0.0.1' }
const requests = [...clients, anonymous].flatMap((client) =>
  ['m', 'n', undefined].map((model) => requestFor({ ...client, model })),
)
const scopes = [...clients.map(({ token }) => token.id), anonymous.client, undefined].flatMap((client) =>
  ['m', 'n', undefined].map((model) => ({ client, model })),
)
const configured = configuration([endpointConfig(1)])

/** What requests, and those who read the state, can tell of the endpoint. */
function view(state: GatewayState, nowMs: number) {
  const endpoint = state.endpoint(1)
  const { tripped, watch, counters, evidence, successes, unhealthy, list, load, served, asksLoadHeader } =
    endpoint
  // A worker is allowed each probe of some requests, by the primary.
  if (tripped) tripped.probesLeft = 1
  const later = [0, 500, 5_000, 20_000, 60_000].map((ms) => nowMs + ms)
  return {
    states: later.map((ms) => breakerState(endpoint, ms)),
    allows: later.map((ms) => requests.map((request) => allowsRequest(endpoint, request, ms))),
    setAside: later.map((ms) => isSetAside(endpoint, ms)),
    remainingMs: cooldownRemainingMs(endpoint, nowMs),
    trip: tripped && [tripped.cooldownMs, tripped.scope, tripped.isForEveryone, tripped.untilMs - nowMs],
    isScoped: state.scopedTrips.has(endpoint),
    hang: watch.hang && [watch.hang.nextProbeMs - nowMs, watch.hang.failedProbes],
    failures: counters.consecutiveFailures,
    evidence,
    succeededMs: nowMs - lastSuccessMs(successes),
    outsideMs: scopes.map((scope) => nowMs - lastSuccessOutsideMs(successes, scope)),
    unhealthy,
    list,
    takes: ['m', 'n'].map(served.takes),
    load: load && { ...load, atMs: nowMs - load.atMs },
    asksLoadHeader,
  }
}

function startPrimary() {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  const signals = createEndpointSignals(clock.now)
  const router = createRouter({ state, clock: clock.now, policy })
  return { clock, state, signals, router, endpoint: state.endpoint(1) }
}

/** A process whose clock began at another time. */
function startWorker(clock: Clock) {
  const state = gatewayState(configured, clock.now)
  return {
    clock,
    apply(signal: EndpointSignal) {
      const told = structuredClone(signal)
      return applySignal({ state, clock: clock.now }, told)
    },
    state,
    view: () => view(state, clock.now()),
  }
}

type Primary = ReturnType<typeof startPrimary>
const ended = { promptTokens: 1, completionTokens: 1, deltas: 0, latencyMs: 1 }

const send = (index: number, result: Settlement) => (primary: Primary) => {
  const selection = primary.router.acquire(requests[index] ?? requestFor())
  if ('refusal' in selection) return
  if (result.outcome === 'success') {
    selection.lease.received()
    selection.lease.responded()
  }
  selection.lease.settle(result)
}
type Operation = (primary: Primary) => void
const index = fc.nat(requests.length - 1)
const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.constant({ ...ended, outcome: 'success' as const }),
  fc.boolean().map((mayBeRequestFault) => ({ ...ended, outcome: 'failure' as const, mayBeRequestFault })),
  fc.constant({ ...ended, outcome: 'failure' as const, mayBeRequestFault: true }),
  fc.integer({ min: 1, max: 40_000 }).map((retryAfterMs) => ({
    ...ended,
    outcome: 'failure' as const,
    retryAfterMs,
  })),
)
const load = fc.record({
  running: fc.nat(9),
  waiting: fc.nat(9),
  cacheUse: fc.option(fc.constantFrom(0, 0.25, 1), { nil: undefined }),
  cacheTokens: fc.constant(undefined),
  hitRate: fc.constant(undefined),
})
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(index, settlement).map(([at, result]) => send(at, result)) },
  // Of one client and model: these open the breaker for them alone.
  { weight: 4, arbitrary: settlement.map((result) => send(0, result)) },
  fc.tuple(fc.nat(3_000), fc.nat(4)).map(([ms, failedProbes]) => ({ endpoint, clock }: Primary) => {
    endpoint.watch.hang = { sinceMs: 0, probe: undefined, nextProbeMs: clock.now() + ms, failedProbes }
  }),
  fc.constant(({ endpoint, clock }: Primary) => endHang(endpoint.watch, clock.now())),
  fc.constant(({ endpoint, state }: Primary) => {
    resetBreaker(endpoint)
    state.scopedTrips.delete(endpoint)
  }),
  fc.boolean().map(
    (value) =>
      ({ endpoint }: Primary) =>
        void (endpoint.unhealthy = value),
  ),
  fc.boolean().map(
    (value) =>
      ({ endpoint }: Primary) =>
        void (endpoint.asksLoadHeader = value),
  ),
  fc.constantFrom(undefined, [{ id: 'm' }], [{ id: 'n', created: 1 }]).map(
    (list) =>
      ({ state, endpoint }: Primary) =>
        state.setModelList(endpoint, list),
  ),
  fc.option(load).map((report) => ({ endpoint, clock }: Primary) => {
    endpoint.load = report && { ...report, atMs: clock.now() }
  }),
)

type Step = Operation | 'tell' | 'tell at once' | number
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: operation },
  { weight: 2, arbitrary: fc.constantFrom('tell' as const, 'tell at once' as const) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 15_000 }) },
)

describe('what the primary tells of an endpoint', () => {
  it('makes it the same at a worker, whatever was told before, and at one that has joined later', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), fc.integer({ min: 0, max: 9_000 }), (steps, ms) => {
        const primary = startPrimary()
        const { clock, signals, endpoint, state } = primary
        const worker = startWorker(manualClock(7_654_321))
        const tell = (isUrgent: boolean): void => {
          const signal = signals.changesOf(endpoint, isUrgent)
          if (signal) worker.apply(signal)
        }
        const advance = (by: number): void => {
          clock.advance(by)
          worker.clock.advance(by)
        }
        for (const each of steps) {
          if (each === 'tell') tell(false)
          else if (each === 'tell at once') tell(true)
          else if (typeof each === 'number') advance(each)
          else each(primary)
        }
        tell(false)
        expect(signals.changesOf(endpoint, false)).toBeUndefined()
        advance(ms)
        const told = view(state, clock.now())
        expect(worker.view()).toEqual(told)
        const joined = startWorker(manualClock(3))
        joined.apply(signals.all(endpoint))
        expect(joined.view()).toEqual(told)
      }),
      { numRuns: 60 },
    )
  })

  it('says at once what decides where requests may go, and the rest when all is told', () => {
    const { signals, endpoint, clock } = startPrimary()
    endpoint.load = { running: 1, waiting: 0, cacheUse: 0, cacheTokens: 1, hitRate: 0, atMs: clock.now() }
    expect(signals.changesOf(endpoint, true)).toBeUndefined()
    endpoint.unhealthy = true
    expect(signals.changesOf(endpoint, true)).toEqual({ id: 1, unhealthy: true })
    expect(Object.keys(signals.changesOf(endpoint, false) ?? {})).toEqual(['id', 'load'])
    expect(signals.changesOf(endpoint, false)).toBeUndefined()
  })

  it('lets waiting requests be tried again where it may have changed their candidates', () => {
    const worker = startWorker(manualClock())
    expect(worker.apply({ id: 1, unhealthy: true })).toBe(true)
    expect(worker.apply({ id: 1, trip: null })).toBe(true)
    expect(
      worker.apply({ id: 1, failures: { count: 1, evidence: { scope: undefined, ownFailures: 1 } } }),
    ).toBe(false)
  })

  it('ends a cooldown that a worker has begun by itself, on failures between which others were served', () => {
    const primary = startPrimary()
    const worker = startWorker(manualClock(9_000))
    const router = createRouter({ state: worker.state, clock: worker.clock.now, policy })
    const failure: Settlement = { ...ended, outcome: 'failure' }
    const tell = (): void => {
      const signal = primary.signals.changesOf(primary.endpoint, true)
      if (signal) worker.apply(signal)
    }
    /** A request to the worker, of which the primary is told. */
    const fail = (): void => {
      const selection = router.acquire(requestFor())
      if ('refusal' in selection) throw new Error(selection.refusal.detail)
      selection.lease.settle(failure)
      send(0, failure)(primary)
    }
    fail()
    fail()
    tell()
    // The other worker's response and this one's failure cross.
    send(0, { ...ended, outcome: 'success' })(primary)
    fail()
    expect(breakerState(worker.state.endpoint(1), worker.clock.now())).toBe('open')
    const signal = primary.signals.changesOf(primary.endpoint, false)
    if (signal) worker.apply(signal)
    expect(worker.view()).toMatchObject(view(primary.state, primary.clock.now()))
  })
})
