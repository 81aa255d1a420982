// What a lease tells the queue and the live traffic.
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const ended = { promptTokens: 1, completionTokens: 1, deltas: 0, latencyMs: 1 }
const success: Settlement = { ...ended, outcome: 'success' }
const failure: Settlement = { ...ended, outcome: 'failure' }
const left: Settlement = { ...ended, outcome: 'aborted' }
const anna = { token: tokenConfig(1), model: 'm' }
const bert = { token: tokenConfig(2), model: 'm' }

function start(values: Parameters<typeof endpointConfig>[1] = {}) {
  const clock = manualClock()
  const state = gatewayState(configuration([endpointConfig(1, values)]), clock.now)
  const told: string[] = []
  let charged = 0
  const router = createRouter({
    state,
    clock: clock.now,
    policy,
    hooks: {
      onCharge: (_, tokens) => void (charged += tokens),
      onRoom: ({ config }) => void told.push(`room at ${config.id}`),
      onScopes: () => void told.push('scopes'),
    },
  })
  const begin = (request: Partial<RoutingRequest> = {}): Lease => {
    const selection = router.acquire(requestFor(request))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    return selection.lease
  }
  const trip = (request: Partial<RoutingRequest>, result: Settlement): void => {
    const failing = Array.from({ length: policy.failThreshold }, () => begin(request))
    for (const lease of failing) lease.settle(result)
  }
  /** What is told while `act` runs. */
  const toldBy = (act: () => void): string[] => {
    told.length = 0
    act()
    return [...told]
  }
  return { clock, state, begin, trip, toldBy, charged: () => charged }
}

describe('the queue', () => {
  it('is told of room when a lease is settled, whatever its outcome, and of nothing when one begins', () => {
    const { begin, toldBy } = start()
    for (const result of [success, failure, left]) {
      expect(toldBy(() => begin())).toEqual([])
      const lease = begin()
      expect(toldBy(() => lease.settle(result))).toEqual(['room at 1'])
    }
  })

  it('is told of room by the headers of a response that ends a cooldown or failures, and by no others', () => {
    const { clock, begin, trip, toldBy } = start()
    const usual = begin()
    expect(toldBy(() => usual.responded())).toEqual([])
    const next = begin()
    begin().settle(failure)
    expect(
      toldBy(() => next.responded()),
      'one failure',
    ).toEqual(['room at 1'])
    trip({}, failure)
    clock.advance(policy.cooldownS * 1000)
    const probe = begin()
    expect(
      toldBy(() => probe.responded()),
      'a cooldown',
    ).toEqual(['room at 1'])
    expect(toldBy(() => probe.responded())).toEqual(['room at 1'])
  })

  it('is told where a cooldown of one client begins, and where a response to another one ends it', () => {
    const { state, begin, trip, toldBy } = start()
    expect(toldBy(() => trip(anna, { ...failure, mayBeRequestFault: true }))).toContain('scopes')
    expect(state.scopedTrips.size).toBe(1)
    const other = begin(bert)
    expect(toldBy(() => other.responded())).toEqual(['scopes', 'room at 1'])
    expect(state.scopedTrips.size).toBe(0)
  })

  it('is told nothing more by further failures of that client', () => {
    const { begin, trip, toldBy } = start()
    const late = begin(anna)
    trip(anna, { ...failure, mayBeRequestFault: true })
    expect(toldBy(() => late.settle({ ...failure, mayBeRequestFault: true }))).toEqual(['room at 1'])
  })

  it('is told where a failure that was withheld begins such a cooldown after all', () => {
    const { state, begin, toldBy } = start()
    const failing = Array.from({ length: policy.failThreshold }, () => begin(anna))
    for (const lease of failing) lease.settle({ ...failure, mayBeRequestFault: true, withheld: true })
    expect(state.scopedTrips.size).toBe(0)
    expect(toldBy(() => failing.forEach((lease) => lease.countFailure()))).toEqual(['scopes'])
    expect(state.scopedTrips.size).toBe(1)
  })

  it('is told of a cooldown of everyone by nothing but the end of the lease', () => {
    const { trip, toldBy } = start()
    expect(new Set(toldBy(() => trip(anna, failure)))).toEqual(new Set(['room at 1']))
  })

  it('is charged what a response took in the end, as the sum of an estimate and corrections', () => {
    const { begin, charged } = start()
    const lease = begin()
    expect(charged()).toBe(256)
    lease.progress(1_000)
    expect(charged()).toBe(2_000)
    lease.settle({ ...success, completionTokens: 1_200 })
    expect(charged()).toBe(1_200)
  })
})

describe('a probe whose client leaves', () => {
  it('is followed by another one', () => {
    const { clock, begin, trip } = start()
    trip({}, failure)
    clock.advance(policy.cooldownS * 1000)
    const probe = begin()
    expect(begin).toThrow()
    probe.settle(left)
    expect(begin).not.toThrow()
  })
})

describe('live traffic', () => {
  it('counts a request for the model that its endpoint is known to serve, and others without a name', () => {
    const { state, begin } = start({ models: ['known'] })
    begin({ model: 'known' })
    expect([...state.traffic.models().keys()]).toEqual(['known'])
    const open = start()
    open.begin({ model: 'of the client’s own choice' })
    open.begin()
    expect([...open.state.traffic.models().keys()]).toEqual([null])
  })
})
