// Those who keep an order of endpoints, and those who keep waiting requests by what may serve them, miss no change.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resetBreaker } from '../../../src/core/lease/breaker.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { EndpointRuntime, Trip } from '../../../src/core/state/endpoint-runtime.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const policy = { failThreshold: 2, cooldownS: 20 }
const ended = { promptTokens: 1, completionTokens: 300, latencyMs: 7, deltas: 0 }

const settlement: fc.Arbitrary<Settlement> = fc.record({
  ...Object.fromEntries(Object.entries(ended).map(([name, value]) => [name, fc.constant(value)])),
  outcome: fc.constantFrom('success', 'failure', 'failure', 'aborted'),
  retryAfterMs: fc.constantFrom(undefined, undefined, 5_000),
  mayBeRequestFault: fc.boolean(),
  withheld: fc.boolean(),
}) as fc.Arbitrary<Settlement>

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ token: fc.nat(2), model: fc.constantFrom('m', 'n') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      index: fc.nat(9),
      call: fc.oneof(
        { weight: 4, arbitrary: settlement },
        {
          weight: 1,
          arbitrary: fc.constantFrom('received' as const, 'responded' as const, 'progress' as const),
        },
        { weight: 1, arbitrary: fc.constant('count' as const) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ms: fc.constantFrom(0, 4_000, 31_000) }) },
  { weight: 1, arbitrary: fc.record({ reset: fc.boolean() }) },
)

/** What selection depends on. */
const facts = (endpoint: EndpointRuntime) => {
  const { pass, inflight, capacity, epoch, tripped, counters, unhealthy, watch } = endpoint
  const { consecutiveFailures, avgLatencyMs } = counters
  return JSON.stringify([
    pass,
    inflight,
    capacity,
    epoch,
    tripped,
    unhealthy,
    watch.hang !== null,
    consecutiveFailures,
    avgLatencyMs,
  ])
}

/** The cooldown of the endpoint where it concerns some requests only. */
const scopedTrip = ({ tripped }: EndpointRuntime): Trip | null => {
  const { client, model } = tripped?.scope ?? {}
  return client === undefined && model === undefined ? null : tripped
}

function call(lease: Lease, each: Settlement | 'received' | 'responded' | 'progress' | 'count'): void {
  if (each === 'count') lease.countFailure()
  else if (each === 'progress') lease.progress(1_000)
  else if (each === 'received' || each === 'responded') lease[each]()
  else lease.settle(each)
}

describe('any history of leases', () => {
  it('tells of each endpoint that has changed, and of each cooldown that concerns some requests only', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const clock = manualClock()
        const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), clock.now)
        const endpoints = [state.endpoint(1), state.endpoint(2)]
        const reset = new Set<EndpointRuntime>()
        let told = 0
        const hooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => void (told += 1) }
        const router = createRouter({ state, clock: clock.now, policy, hooks })
        const leases: Lease[] = []
        const scopes = () => endpoints.map(scopedTrip)
        for (const each of steps) {
          const position = state.journal.position()
          const [before, scopesBefore, toldBefore] = [endpoints.map(facts), scopes(), told]
          if ('ms' in each) clock.advance(each.ms)
          else if ('reset' in each) {
            const endpoint = endpoints[Number(each.reset)] as EndpointRuntime
            resetBreaker(endpoint)
            reset.add(endpoint)
          } else if ('token' in each) {
            const { token, model } = each
            const selection = router.acquire(requestFor({ token: tokenConfig(token), model }))
            if ('lease' in selection) leases.push(selection.lease)
          } else {
            const lease = leases[each.index % Math.max(1, leases.length)]
            if (lease) call(lease, each.call)
          }
          const visited = new Set<EndpointRuntime>()
          state.journal.visitSince(position, (endpoint) => void visited.add(endpoint))
          const changed = endpoints.filter((endpoint, index) => facts(endpoint) !== before[index])
          expect([...visited]).toEqual(expect.arrayContaining(changed))
          if ('reset' in each) continue
          expect(told - toldBefore).toBe(
            Number(scopes().some((scope, index) => scope !== scopesBefore[index])),
          )
          for (const endpoint of endpoints)
            if (scopedTrip(endpoint)) expect(state.scopedTrips.has(endpoint)).toBe(true)
            else if (!reset.has(endpoint)) expect(state.scopedTrips.has(endpoint)).toBe(false)
        }
      }),
      { numRuns: 200 },
    )
  })
})
