// The circuit breaker: closed, open for a cooldown, half-open for one probe.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginRequest,
  breakerAgeMs,
  breakerState,
  cooldownRemainingMs,
  isSetAside,
  releaseProbe,
  allowsRequest,
  recordFailure,
  recordSuccess,
  resetBreaker,
  type BreakerPass,
  type Failure,
} from '../../../src/core/lease/breaker.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

const policy = { failThreshold: 3, cooldownS: 20 }
const CLOSED: BreakerPass = { trip: null, isProbe: false }
/** A failure that no request can have caused. */
const failure = { error: 'status 503', mayBeRequestFault: false, request: requestFor(), pass: CLOSED }

function start() {
  const clock = manualClock()
  const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), clock.now)
  const endpoint = state.endpoint(1)
  const fail = (values: Partial<Failure> = {}): void =>
    recordFailure(endpoint, clock.now, policy, { ...failure, ...values })
  const trip = (): void => {
    for (let n = 0; n < policy.failThreshold; n += 1) fail()
  }
  return { clock, state, endpoint, fail, trip, stateNow: () => breakerState(endpoint, clock.now()) }
}

describe('the breaker', () => {
  it('opens after the threshold of consecutive failures and not before', () => {
    const { fail, endpoint, stateNow } = start()
    fail()
    fail()
    recordSuccess(endpoint, CLOSED)
    fail()
    fail()
    expect(stateNow()).toBe('closed')
    fail()
    expect(stateNow()).toBe('open')
  })

  it('admits one probe after the cooldown, and no other request until the probe has ended', () => {
    const { clock, endpoint, trip, stateNow } = start()
    trip()
    clock.advance(19_999)
    expect(allowsRequest(endpoint, requestFor(), clock.now())).toBe(false)
    clock.advance(1)
    expect(stateNow()).toBe('half_open')
    expect(allowsRequest(endpoint, requestFor(), clock.now())).toBe(true)
    const probe = beginRequest(endpoint, requestFor())
    expect(probe.isProbe).toBe(true)
    expect(allowsRequest(endpoint, requestFor(), clock.now())).toBe(false)
    recordSuccess(endpoint, probe)
    expect(stateNow()).toBe('closed')
    expect(beginRequest(endpoint, requestFor())).toEqual(CLOSED)
  })

  it('has an age from its first opening, failed probes notwithstanding, until it closes', () => {
    const { clock, endpoint, fail, trip } = start()
    const age = () => breakerAgeMs(endpoint, clock.now())
    expect(age()).toBeNull()
    trip()
    clock.advance(20_000)
    fail({ pass: beginRequest(endpoint, requestFor()) })
    clock.advance(5_000)
    expect(age()).toBe(25_000)
    clock.advance(35_000)
    recordSuccess(endpoint, beginRequest(endpoint, requestFor()))
    expect(age()).toBeNull()
    endpoint.watch.hang = { sinceMs: clock.now(), probe: undefined, nextProbeMs: 0, failedProbes: 0 }
    clock.advance(300)
    expect(age()).toBe(300)
  })

  it('doubles the cooldown with each failed probe, up to five minutes', () => {
    const { clock, endpoint, fail, trip } = start()
    trip()
    for (const seconds of [40, 80, 160, 300, 300]) {
      clock.advance(cooldownRemainingMs(endpoint, clock.now()))
      fail({ pass: beginRequest(endpoint, requestFor()) })
      expect(cooldownRemainingMs(endpoint, clock.now())).toBe(seconds * 1000)
    }
  })

  it('opens for the first cooldown again once it has closed', () => {
    const { clock, endpoint, fail, trip } = start()
    trip()
    clock.advance(20_000)
    fail({ pass: beginRequest(endpoint, requestFor()) })
    clock.advance(40_000)
    recordSuccess(endpoint, beginRequest(endpoint, requestFor()))
    trip()
    expect(cooldownRemainingMs(endpoint, clock.now())).toBe(20_000)
  })

  it('opens at once for a Retry-After, for five minutes at most, and is never shortened by one', () => {
    const { clock, endpoint, fail } = start()
    fail({ retryAfterMs: 7_000 })
    expect(cooldownRemainingMs(endpoint, clock.now())).toBe(7_000)
    fail({ retryAfterMs: 1_000 })
    expect(cooldownRemainingMs(endpoint, clock.now())).toBe(7_000)
    fail({ retryAfterMs: 9e9 })
    expect(cooldownRemainingMs(endpoint, clock.now())).toBe(300_000)
  })

  it('obeys a later Retry-After that ends later, and joins the sharing anew once where several end together', () => {
    const { clock, endpoint, fail } = start()
    const { epoch } = endpoint
    for (let n = 0; n < 3; n += 1) fail({ retryAfterMs: 7_000 })
    expect(endpoint.epoch).toBe(epoch + 1)
    clock.advance(5_000)
    fail({ retryAfterMs: 4_000 })
    expect(cooldownRemainingMs(endpoint, clock.now())).toBe(4_000)
    expect(isSetAside(endpoint, clock.now())).toBe(true)
  })

  it('is not closed by a success from before it opened', () => {
    const { endpoint, trip, stateNow } = start()
    trip()
    recordSuccess(endpoint, CLOSED)
    expect(stateNow()).toBe('open')
  })

  it('admits another probe when the client of the first leaves', () => {
    const { clock, endpoint, trip } = start()
    trip()
    clock.advance(20_000)
    const probe = beginRequest(endpoint, requestFor())
    releaseProbe(probe)
    expect(allowsRequest(endpoint, requestFor(), clock.now())).toBe(true)
  })

  it('is reset by an operator: closed, without consecutive failures', () => {
    const { endpoint, trip, stateNow } = start()
    trip()
    resetBreaker(endpoint)
    expect(stateNow()).toBe('closed')
    expect(endpoint.counters.consecutiveFailures).toBe(0)
  })

  it('stays closed after any failures where the cooldown is 0', () => {
    const { clock, endpoint } = start()
    for (let n = 0; n < 10; n += 1) recordFailure(endpoint, clock.now, { ...policy, cooldownS: 0 }, failure)
    expect(breakerState(endpoint, clock.now())).toBe('closed')
  })
})

describe('a probe of an earlier opening', () => {
  it('does not affect a breaker that has opened again since', () => {
    const { clock, endpoint, trip, stateNow } = start()
    trip()
    clock.advance(20_000)
    const lateProbe = beginRequest(endpoint, requestFor())
    resetBreaker(endpoint)
    trip()
    recordSuccess(endpoint, lateProbe)
    expect(stateNow()).toBe('open')
    releaseProbe(lateProbe)
    expect(allowsRequest(endpoint, requestFor(), clock.now())).toBe(false)
  })

  it('does not lengthen the cooldown of a breaker that has opened again since by its failure', () => {
    const { clock, endpoint, fail, trip } = start()
    trip()
    clock.advance(20_000)
    const lateProbe = beginRequest(endpoint, requestFor())
    resetBreaker(endpoint)
    trip()
    fail({ pass: lateProbe })
    expect(cooldownRemainingMs(endpoint, clock.now())).toBe(20_000)
  })
})

describe('an endpoint whose responses break off', () => {
  it('goes into cooldown although the headers of the responses were no failures', () => {
    const { clock, state, stateNow } = start()
    const router = createRouter({ state, clock: clock.now, policy })
    const values = { promptTokens: undefined, completionTokens: undefined, deltas: 3, latencyMs: 1 }
    for (let n = 0; n < policy.failThreshold; n += 1) {
      const selection = router.acquire(requestFor(), [state.endpoint(2)])
      if ('refusal' in selection) throw new Error('refused')
      selection.lease.responded()
      selection.lease.settle({ ...values, outcome: 'failure', error: 'broke off' })
    }
    expect(stateNow()).toBe('open')
  })
})

describe('consecutive failures before a response that breaks off', () => {
  const values = { promptTokens: 1, completionTokens: 1, deltas: 1, latencyMs: 1 }
  const failed = { ...values, outcome: 'failure', error: 'broke off' } as const

  function startAfterTwoFailures(failThreshold = policy.failThreshold) {
    const { clock, state, endpoint, fail, stateNow } = start()
    const router = createRouter({ state, clock: clock.now, policy: { ...policy, failThreshold } })
    const begin = () => {
      const selection = router.acquire(requestFor(), [state.endpoint(2)])
      if ('refusal' in selection) throw new Error('refused')
      selection.lease.responded()
      return selection.lease
    }
    fail({ mayBeRequestFault: true })
    fail({ mayBeRequestFault: true })
    return { begin, fail, endpoint, clock, failures: () => endpoint.counters.consecutiveFailures, stateNow }
  }

  it('are counted on after its headers', () => {
    const { begin, stateNow } = startAfterTwoFailures()
    begin().settle(failed)
    expect(stateNow()).toBe('open')
  })

  it('are restored where its failure is withheld', () => {
    const { begin, failures } = startAfterTwoFailures()
    begin().settle({ ...failed, withheld: true })
    expect(failures()).toBe(2)
  })

  it('are not restored where more have followed since', () => {
    const { begin, fail, failures } = startAfterTwoFailures(9)
    const long = begin()
    for (let n = 0; n < 4; n += 1) fail({ retryAfterMs: 0 })
    long.settle({ ...failed, withheld: true })
    expect(failures()).toBe(4)
  })

  it('are not restored where as many have followed since, whose evidence is the newer', () => {
    const { begin, fail, endpoint, clock } = startAfterTwoFailures()
    const long = begin()
    const other = requestFor({ client: 'another' })
    fail({ request: other })
    fail({ request: other })
    long.settle(failed)
    // Three failures that no request can have caused set the endpoint aside for everyone.
    expect(isSetAside(endpoint, clock.now())).toBe(true)
  })

  it('are not restored where another response was complete since', () => {
    const { begin, stateNow, failures } = startAfterTwoFailures()
    const long = begin()
    begin().settle({ ...values, outcome: 'success' })
    long.settle(failed)
    expect([failures(), stateNow()]).toEqual([1, 'closed'])
  })
})

describe('any history of requests', () => {
  const events = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
      fc.record({ kind: fc.constant('begin' as const) }),
      fc.record({
        kind: fc.constantFrom('succeed' as const, 'fail' as const, 'abort' as const, 'retry' as const),
        index: fc.nat(20),
      }),
    ),
    { maxLength: 120 },
  )

  it('never has two probes at one endpoint, nor sends a request to an open one', () => {
    fc.assert(
      fc.property(events, (history) => {
        const { clock, state } = start()
        const router = createRouter({ state, clock: clock.now, policy })
        const settled = { promptTokens: 1, completionTokens: 1, deltas: 0, latencyMs: 1 }
        const probes = new Set<object>()
        const running: { lease: Parameters<typeof finish>[0]; isProbe: boolean }[] = []
        function finish(
          lease: Extract<ReturnType<typeof router.acquire>, { lease: object }>['lease'],
          kind: string,
        ) {
          if (kind === 'succeed') lease.responded()
          const outcome = kind === 'succeed' ? 'success' : kind === 'abort' ? 'aborted' : 'failure'
          lease.settle({ ...settled, outcome, ...(kind === 'retry' && { retryAfterMs: 30_000 }) })
        }
        for (const event of history) {
          if (event.kind === 'advance') clock.advance(event.ms)
          else if (event.kind === 'begin') {
            const before = [1, 2].map((id) => breakerState(state.endpoint(id), clock.now()))
            const selection = router.acquire(requestFor())
            if ('refusal' in selection) continue
            const { lease } = selection
            const was = before[lease.endpoint.config.id - 1]
            expect(was).not.toBe('open')
            const isProbe = was === 'half_open'
            if (isProbe) {
              expect(probes.has(lease.endpoint)).toBe(false)
              probes.add(lease.endpoint)
            }
            running.push({ lease, isProbe })
          } else {
            const [ended] = running.splice(event.index % Math.max(1, running.length), 1)
            if (!ended) continue
            finish(ended.lease, event.kind)
            // A failure with a Retry-After may open the breaker again while its probe is in flight.
            if (ended.isProbe || event.kind === 'retry') probes.delete(ended.lease.endpoint)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('withheld failures', () => {
  it('count against the endpoint once, when countFailure is called', () => {
    const { clock, state, endpoint } = start()
    const router = createRouter({ state, clock: clock.now, policy })
    const selection = router.acquire(requestFor(), [state.endpoint(2)])
    if ('refusal' in selection) throw new Error('refused')
    const values = { promptTokens: undefined, completionTokens: undefined, deltas: 0, latencyMs: 1 }
    selection.lease.settle({ ...values, outcome: 'failure', error: 'status 500', withheld: true })
    expect(endpoint.counters).toMatchObject({ totalFailures: 1, consecutiveFailures: 0 })
    expect(endpoint.lastError?.text).toBe('status 500')
    selection.lease.countFailure()
    selection.lease.countFailure()
    expect(endpoint.counters.consecutiveFailures).toBe(1)
  })
})
