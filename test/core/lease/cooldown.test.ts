// How long a cooldown lasts, for whom, and what the endpoint loses with it.
import { describe, expect, it } from 'vitest'
import {
  allowsRequest,
  beginRequest,
  breakerState,
  cooldownRemainingMs,
  isSetAside,
  recordFailure,
  recordSuccess,
  releaseProbe,
  resetBreaker,
  type BreakerPass,
  type Failure,
} from '../../../src/core/lease/breaker.ts'
import { beginWait, declareHang } from '../../../src/core/lease/first-byte-watch.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
  tripFor,
} from '../../support/gateway/gateway-fixture.ts'

const COOLDOWN_MS = 20_000
const CLOSED: BreakerPass = { trip: null, isProbe: false }
const anna = requestFor({ token: tokenConfig(1), model: 'm' })
const bert = requestFor({ token: tokenConfig(2), model: 'm' })
const cleo = requestFor({ token: tokenConfig(3), model: 'n' })

function start(cooldownS = COOLDOWN_MS / 1000) {
  const clock = manualClock()
  const state = gatewayState(configuration([endpointConfig(1)]), clock.now)
  const endpoint = state.endpoint(1)
  const policy = { failThreshold: 3, cooldownS }
  /** Fails as many requests as open the breaker; by default for what no request can have caused. */
  const trip = (request = anna, mayBeRequestFault = false): void => {
    for (let n = 0; n < policy.failThreshold; n += 1) fail({ request, mayBeRequestFault })
  }
  function fail(values: Partial<Failure> = {}): void {
    const failure = { error: 'x', mayBeRequestFault: false, request: anna, pass: CLOSED, ...values }
    recordFailure(endpoint, clock.now, policy, failure)
  }
  return {
    clock,
    state,
    endpoint,
    fail,
    trip,
    remainingMs: () => cooldownRemainingMs(endpoint, clock.now()),
    isServed: (request = anna) => allowsRequest(endpoint, request, clock.now()),
    isSetAside: () => isSetAside(endpoint, clock.now()),
    begin: (request = anna) => beginRequest(endpoint, request),
    stateNow: () => breakerState(endpoint, clock.now()),
  }
}

describe('the time that is left of a cooldown', () => {
  it('is nothing while the breaker is closed, and nothing once the time is over', () => {
    const { clock, trip, remainingMs } = start()
    expect(remainingMs()).toBe(0)
    trip()
    clock.advance(5_000)
    expect(remainingMs()).toBe(15_000)
    clock.advance(90_000)
    expect(remainingMs()).toBe(0)
  })

  it('is not lengthened by failures of requests that began before it', () => {
    const { clock, trip, fail, remainingMs } = start()
    trip()
    clock.advance(5_000)
    fail()
    expect(remainingMs()).toBe(15_000)
  })

  it('is not lengthened for the one client that it concerns by further failures of that client', () => {
    const { clock, trip, fail, remainingMs } = start()
    trip(anna, true)
    clock.advance(5_000)
    fail({ mayBeRequestFault: true })
    expect(remainingMs()).toBe(15_000)
  })

  it('is as long as configured beyond five minutes, and does not double then', () => {
    const { clock, trip, fail, begin, remainingMs } = start(400)
    trip()
    clock.advance(400_000)
    fail({ pass: begin() })
    expect(remainingMs()).toBe(400_000)
  })

  it('follows the Retry-After of a failed probe where that is longer than twice the time before', () => {
    for (const [retryAfterMs, expected] of [
      [5_000, 40_000],
      [70_000, 70_000],
    ] as const) {
      const { clock, trip, fail, begin, remainingMs } = start()
      trip()
      clock.advance(COOLDOWN_MS)
      fail({ pass: begin(), retryAfterMs })
      expect(remainingMs()).toBe(expected)
    }
  })

  it('begins anew for everyone by a Retry-After where it concerned one client for longer', () => {
    const { trip, fail, remainingMs, isServed } = start()
    trip(anna, true)
    fail({ request: bert, retryAfterMs: 1_000 })
    expect([remainingMs(), isServed(cleo)]).toEqual([1_000, false])
  })
})

describe('a cooldown of one client', () => {
  it('that fails its probe lasts twice as long, for that client alone', () => {
    const { clock, trip, fail, begin, remainingMs, isServed } = start()
    trip(anna, true)
    clock.advance(COOLDOWN_MS)
    fail({ pass: begin(), mayBeRequestFault: true })
    expect([remainingMs(), isServed(anna), isServed(bert)]).toEqual([2 * COOLDOWN_MS, false, true])
    begin(bert)
    expect(isServed(cleo), 'others need no probe').toBe(true)
  })

  it('becomes one of everyone where its probe fails for what no request can have caused, or with a Retry-After', () => {
    for (const failure of [{}, { mayBeRequestFault: true, retryAfterMs: 1_000 }]) {
      const { clock, trip, fail, begin, isServed } = start()
      trip(anna, true)
      clock.advance(COOLDOWN_MS)
      fail({ pass: begin(), ...failure })
      expect(isServed(bert)).toBe(false)
    }
  })

  it('lets any number of others through at once, and one probe of its own', () => {
    const { clock, trip, begin, isServed } = start()
    trip(anna, true)
    clock.advance(COOLDOWN_MS)
    expect(begin(bert).isProbe).toBe(false)
    expect([isServed(bert), isServed(anna)]).toEqual([true, true])
    expect(begin(anna).isProbe).toBe(true)
    expect([isServed(bert), isServed(anna)]).toEqual([true, false])
  })

  it('is widened to all models of that client once another one fails too', () => {
    const { trip, fail, isServed } = start()
    trip(anna, true)
    const other = { ...anna, model: 'n' }
    expect(isServed(other)).toBe(true)
    fail({ request: other, mayBeRequestFault: true })
    expect([isServed({ ...anna, model: 'o' }), isServed(bert)]).toEqual([false, true])
  })

  it('goes on with its probe when a request of another client ends without a result', () => {
    const { clock, trip, begin, isServed } = start()
    trip(anna, true)
    clock.advance(COOLDOWN_MS)
    begin(anna)
    releaseProbe(begin(bert))
    expect(isServed(anna)).toBe(false)
  })

  it('is widened to the model once another client fails for it too, and begins anew', () => {
    const { clock, trip, fail, isServed, remainingMs } = start()
    trip(anna, true)
    clock.advance(5_000)
    fail({ request: bert, mayBeRequestFault: true })
    expect([isServed(bert), isServed(cleo), remainingMs()]).toEqual([false, true, COOLDOWN_MS])
  })
})

describe('a probe after a cooldown of everyone', () => {
  it('whose own request is at fault makes its client wait twice as long, and the next client for no time', () => {
    const { clock, trip, fail, begin, isServed, remainingMs } = start()
    trip()
    clock.advance(COOLDOWN_MS)
    fail({ pass: begin(anna), mayBeRequestFault: true })
    expect([remainingMs(), isServed(anna), isServed(bert)]).toEqual([2 * COOLDOWN_MS, false, true])
    const next = begin(bert)
    expect([next.isProbe, isServed(cleo)]).toEqual([true, false])
    fail({ request: bert, pass: next, mayBeRequestFault: true })
    expect([remainingMs(), isServed(cleo)]).toEqual([2 * COOLDOWN_MS, false])
  })
})

describe('a success', () => {
  it('of a probe whose cooldown an operator has ended ends the failures since', () => {
    const { clock, trip, fail, begin, endpoint } = start()
    trip()
    clock.advance(COOLDOWN_MS)
    const probe = begin()
    resetBreaker(endpoint)
    fail()
    recordSuccess(endpoint, probe)
    expect(endpoint.counters.consecutiveFailures).toBe(0)
  })

  it('tells those who keep an order of endpoints where it ends a cooldown that another process began, and else nothing', () => {
    const { state, endpoint, clock, begin } = start()
    const position = state.journal.position()
    recordSuccess(endpoint, begin())
    expect(state.journal.position()).toBe(position)
    endpoint.tripped = tripFor(0, clock.now())
    recordSuccess(endpoint, begin())
    expect(state.journal.position()).toBe(position + 1)
  })
})

describe('an endpoint', () => {
  it('accepts no requests at all in a cooldown of everyone, while its probe is in flight and while it hangs', () => {
    const { clock, trip, fail, begin, endpoint, isSetAside } = start()
    expect(isSetAside()).toBe(false)
    trip()
    expect(isSetAside()).toBe(true)
    clock.advance(COOLDOWN_MS - 1)
    expect(isSetAside()).toBe(true)
    clock.advance(1)
    expect(isSetAside()).toBe(false)
    const failing = begin()
    expect(isSetAside()).toBe(true)
    fail({ pass: failing })
    expect(isSetAside()).toBe(true)
    clock.advance(2 * COOLDOWN_MS)
    recordSuccess(endpoint, begin())
    expect(isSetAside()).toBe(false)
    beginWait(endpoint.watch, anna, clock.now())
    clock.advance(1_001)
    expect(declareHang(endpoint.watch, { threshold: 1, limitMs: 1_000 }, clock.now())).toBe(true)
    beginWait(endpoint.watch, anna, clock.now())
    expect(isSetAside()).toBe(true)
  })

  it('accepts some in a cooldown of one client, and after a probe that was at fault itself', () => {
    const { trip, isSetAside } = start()
    trip(anna, true)
    expect(isSetAside()).toBe(false)
    const all = start()
    all.trip()
    all.clock.advance(COOLDOWN_MS)
    all.fail({ pass: all.begin(), mayBeRequestFault: true })
    expect(all.isSetAside()).toBe(false)
  })

  it('is taken to have lost its cache of prompts in a cooldown of everyone, and to have kept it in any other', () => {
    const caches: [string, (all: ReturnType<typeof start>) => void, boolean][] = [
      ['own failures', ({ trip }) => trip(), true],
      ['failures of one client', ({ trip }) => trip(anna, true), false],
      ['a Retry-After', ({ fail }) => fail({ retryAfterMs: 1_000 }), false],
      ['too few failures', ({ fail }) => fail(), false],
    ]
    for (const [name, cause, isLost] of caches) {
      const all = start()
      const { prefix } = all.endpoint
      prefix.setLimit(10)
      prefix.add(Int32Array.of(1, 2))
      cause(all)
      expect(prefix.size(), name).toBe(isLost ? 0 : 1)
      // Failures of requests that began before the cooldown clear nothing that was learned since.
      prefix.add(Int32Array.of(1, 2))
      all.fail()
      expect(prefix.size(), name).toBe(1)
    }
  })

  it('joins the sharing of traffic anew with each cooldown', () => {
    const { trip, endpoint, state } = start()
    const { epoch } = endpoint
    trip()
    expect(endpoint.epoch).toBe(epoch + 1)
    expect(state.journal.setAside.has(endpoint)).toBe(true)
  })

  it('that an operator resets is closed, without an error, and its failures count from the first again', () => {
    const { clock, trip, fail, endpoint, stateNow, isServed } = start()
    trip(anna, true)
    endpoint.lastError = { text: 'status 500', atMs: clock.now() }
    beginWait(endpoint.watch, anna, clock.now())
    clock.advance(1_001)
    declareHang(endpoint.watch, { threshold: 1, limitMs: 1_000 }, clock.now())
    resetBreaker(endpoint)
    expect([stateNow(), endpoint.lastError, endpoint.watch.hang]).toEqual(['closed', null, null])
    for (let n = 0; n < 2; n += 1) fail({ request: bert, mayBeRequestFault: true })
    expect(stateNow()).toBe('closed')
    fail({ request: bert, mayBeRequestFault: true })
    expect(
      [isServed(bert), isServed(anna)],
      'the earlier failures of another client are no evidence',
    ).toEqual([false, true])
  })
})
