// When what is known of a backend, its cache and its speed, is forgotten.
import { describe, expect, it } from 'vitest'
import { recordFailure, type Failure } from '../../../src/core/lease/breaker.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const PROMPT = Int32Array.of(1, 2, 3, 4)

/** Two endpoints that are taken to have a prompt cached. */
function start() {
  const clock = manualClock()
  const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), clock.now)
  const router = createRouter({ state, clock: clock.now, policy })
  for (const id of [1, 2]) {
    const { prefix } = state.endpoint(id)
    prefix.setLimit(10)
    prefix.add(PROMPT)
  }
  return {
    clock,
    state,
    /** Which endpoints are taken to have the prompt cached. */
    holders: () => [1, 2].filter((id) => state.endpoint(id).prefix.depth(PROMPT) === 2),
    fail(values: Partial<Failure> = {}) {
      const pass = { trip: null, isProbe: false }
      const failure = { error: 'status 503', mayBeRequestFault: false, request: requestFor(), pass }
      recordFailure(state.endpoint(1), clock.now, policy, { ...failure, ...values })
    },
    begin() {
      const selection = router.acquire(requestFor({ token: tokenConfig(4, { preferredEndpointId: 1 }) }))
      if ('refusal' in selection) throw new Error(selection.refusal.detail)
      return selection.lease
    },
  }
}

const SERVED: Settlement = {
  outcome: 'success',
  promptTokens: 100,
  completionTokens: 5,
  deltas: 5,
  latencyMs: 100,
}

describe('what is known of a backend', () => {
  it('is forgotten of its cache when the breaker opens for everyone, not before, and not for one client', () => {
    const { fail, holders } = start()
    fail()
    fail()
    expect(holders()).toEqual([1, 2])
    fail()
    expect(holders()).toEqual([2])

    const other = start()
    for (let n = 0; n < policy.failThreshold; n += 1) other.fail({ mayBeRequestFault: true })
    expect(other.state.endpoint(1).tripped).toMatchObject({ isForEveryone: false })
    expect(other.holders()).toEqual([1, 2])
  })

  it('is kept of its cache where it asks to be left alone for a time', () => {
    const { fail, holders, state } = start()
    fail({ error: 'status 429', retryAfterMs: 2_000 })
    expect(state.endpoint(1).tripped).toMatchObject({ isForEveryone: true })
    expect(holders()).toEqual([1, 2])
  })

  it('is forgotten of all caches on a reset of the statistics, and not of the speed', () => {
    const { state, holders } = start()
    const { work } = state.endpoint(1)
    state.resetStatistics()
    expect(holders()).toEqual([])
    expect(state.endpoint(1).work).toBe(work)
  })

  it('is forgotten with its base URL alone', () => {
    const { clock, state, holders, begin } = start()
    const lease = begin()
    clock.advance(100)
    lease.settle(SERVED)
    expect(state.endpoint(1).work.prefillMs).toBeGreaterThan(0)
    const replace = (values: Parameters<typeof endpointConfig>[1]) =>
      state.replace(configuration([endpointConfig(1, values), endpointConfig(2)]))
    replace({ name: 'renamed' })
    expect(holders()).toEqual([1, 2])
    expect(state.endpoint(1).work.prefillMs).toBeGreaterThan(0)
    replace({ baseUrl: 'http://127.0.0.1:9/moved/v1' })
    expect(holders()).toEqual([2])
    expect(state.endpoint(1).work.prefillMs).toBeNaN()
  })

  it('is not learned from requests that an earlier backend still serves, nor are they work of the present one', () => {
    const { clock, state, begin } = start()
    const lease = begin()
    expect(state.endpoint(1).work.prefilling).toBe(1)
    state.replace(configuration([endpointConfig(1, { baseUrl: 'http://127.0.0.1:9/moved/v1' })]))
    clock.advance(100)
    lease.settle(SERVED)
    expect(state.endpoint(1).work).toMatchObject({ prefilling: 0, prefillTokens: 0, decodes: 0 })
    expect(state.endpoint(1).work.prefillMs).toBeNaN()
  })
})
