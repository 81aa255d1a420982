// A lease settles once, after any sequence of calls.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zeroEndpointCounters, zeroTokenCounters } from '../../../src/core/state/counters.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { readRates } from '../../../src/core/traffic/read-traffic.ts'
import { requestFor, policy } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const QUOTA = 40
const FIRST_GUESS = 256

function start(routing = policy) {
  const clock = manualClock()
  const configured = configuration([endpointConfig(1, { quotaPercent: QUOTA })])
  const state = gatewayState(configured, clock.now)
  const router = createRouter({ state, clock: clock.now, policy: routing })
  const endpoint = state.endpoint(1)
  const acquire = (values: Partial<RoutingRequest> = {}) => {
    const selection = router.acquire(requestFor(values))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    return selection.lease
  }
  return { clock, configured, state, endpoint, acquire, charged: () => endpoint.pass * QUOTA }
}

const result = (values: Partial<Settlement> = {}): Settlement => ({
  outcome: 'success',
  promptTokens: undefined,
  completionTokens: undefined,
  deltas: 0,
  latencyMs: 100,
  ...values,
})

const count = fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined })
const settlement: fc.Arbitrary<Settlement> = fc.record({
  outcome: fc.constantFrom('success', 'failure', 'aborted'),
  promptTokens: count,
  completionTokens: count,
  cachedTokens: count,
  reasoningTokens: count,
  deltas: fc.nat(5_000),
  latencyMs: fc.integer({ min: 1, max: 60_000 }),
})
type Call = Settlement | 'responded' | number
const call: fc.Arbitrary<Call> = fc.oneof(settlement, fc.constant('responded' as const), fc.nat(5_000))

describe('a lease', () => {
  it('settles once: slots and counters are exact after any sequence of calls', () => {
    fc.assert(
      fc.property(fc.array(fc.array(call, { maxLength: 12 }), { maxLength: 20 }), (leases) => {
        const { state, endpoint, acquire } = start({ failThreshold: 1_000, cooldownS: 20 })
        const token = tokenConfig(7)
        const open = leases.map((calls) => ({ calls, lease: acquire({ token }) }))
        expect(endpoint.inflight).toBe(leases.length)
        expect(state.totals.inflight).toBe(leases.length)
        const settled: Settlement[] = []
        for (const { calls, lease } of open) {
          let first: Settlement | undefined
          for (const each of [...calls, result()]) {
            if (each === 'responded') lease.responded()
            else if (typeof each === 'number') lease.progress(each)
            else {
              lease.settle(each)
              first ??= each
            }
          }
          if (first) settled.push(first)
        }
        const sum = (of: (each: Settlement) => number): number =>
          settled.reduce((total, each) => total + of(each), 0)
        const ended = (outcome: Settlement['outcome']) => sum((each) => (each.outcome === outcome ? 1 : 0))
        const tokens = {
          totalRequests: leases.length,
          promptTokens: sum((each) => each.promptTokens ?? 0),
          completionTokens: sum((each) => each.completionTokens ?? 0),
          cachedTokens: sum((each) => each.cachedTokens ?? 0),
          reasoningTokens: sum((each) => each.reasoningTokens ?? 0),
        }
        expect(endpoint.inflight).toBe(0)
        expect(state.totals.inflight).toBe(0)
        expect(endpoint.counters).toMatchObject({
          ...tokens,
          totalSuccess: ended('success'),
          totalFailures: ended('failure'),
        })
        expect(state.ledger.token(7)).toEqual(leases.length === 0 ? { ...tokens, totalRequests: 0 } : tokens)
        expect(state.totals.requestsServed).toBe(leases.length)
        expect(state.totals.errors).toBe(ended('failure'))
        const { traffic } = state
        // Half a second is the shortest period that rates are computed over.
        const rates = {
          tokensPerSecond: 2 * tokens.completionTokens,
          requestsPerSecond: 2 * leases.length,
          errorsPerSecond: 2 * ended('failure'),
        }
        for (const counts of [
          traffic.total,
          traffic.endpoint(1),
          traffic.wire(1, 1),
          traffic.tokens().get(7),
        ]) {
          expect(readRates(counts, traffic.timeSpan())).toMatchObject(rates)
        }
      }),
    )
  })

  it('changes nothing once it is settled', () => {
    fc.assert(
      fc.property(settlement, fc.array(call), fc.constantFrom(1, 3), (first, calls, failThreshold) => {
        const { state, endpoint, acquire } = start({ failThreshold, cooldownS: 20 })
        const lease = acquire()
        lease.settle(first)
        const before = { ...endpoint, counters: { ...endpoint.counters } }
        const chunks = endpoint.watch.chunks
        const dirty = state.ledger.takeDirty()
        expect(dirty.endpoints.size).toBe(1)
        for (const each of calls) {
          if (each === 'responded') lease.responded()
          else if (typeof each === 'number') lease.progress(each)
          else lease.settle(each)
        }
        lease.received()
        expect(endpoint).toEqual(before)
        expect(endpoint.watch.chunks).toBe(chunks)
        expect(state.ledger.takeDirty().endpoints.size).toBe(0)
      }),
    )
  })

  it('charges its estimate at first, and the tokens of the response when it is settled', () => {
    const { acquire, charged } = start()
    const lease = acquire()
    expect(charged()).toBe(FIRST_GUESS)
    lease.settle(result({ completionTokens: 1_000, promptTokens: 5 }))
    expect(charged()).toBeCloseTo(1_000, 9)
    const second = acquire({ maxTokens: 10 })
    expect(charged()).toBeCloseTo(1_010, 9)
    second.settle(result({ completionTokens: 4 }))
    expect(charged()).toBeCloseTo(1_004, 9)
  })

  it('charges prompt tokens where there is no completion', () => {
    const { acquire, charged, endpoint } = start()
    acquire({ measure: 'prompt' }).settle(result({ promptTokens: 77 }))
    expect(charged()).toBeCloseTo(77, 9)
    expect(endpoint.counters).toMatchObject({ promptTokens: 77, completionTokens: 0 })
  })

  it('of a call that costs none is charged one token, whatever was reported', () => {
    const { acquire, charged } = start()
    const lease = acquire({ measure: 'none' })
    expect(charged()).toBe(1)
    lease.settle(result({ promptTokens: 500, completionTokens: 700 }))
    expect(charged()).toBe(1)
    acquire({ measure: 'completion' })
    expect(charged()).toBe(1 + FIRST_GUESS)
  })

  it('keeps its estimate for a failure, whatever usage was reported', () => {
    const { acquire, charged } = start()
    acquire().settle(result({ outcome: 'failure', completionTokens: 1, deltas: 3 }))
    expect(charged()).toBeCloseTo(FIRST_GUESS, 9)
  })

  it.each(['aborted', 'success'] as const)(
    'charges usage, else the deltas, else the estimate when %s',
    (outcome) => {
      for (const [values, expected] of [
        [{ completionTokens: 12, deltas: 30 }, 12],
        [{ deltas: 30 }, 30],
        [{}, FIRST_GUESS],
        [{ completionTokens: 0 }, FIRST_GUESS],
      ] as const) {
        const { acquire, charged } = start()
        acquire().settle(result({ outcome, ...values }))
        expect(charged()).toBeCloseTo(expected, 9)
      }
    },
  )

  it('charges a response that outgrows its estimate as it grows, up to its limit', () => {
    const { acquire, charged } = start()
    const lease = acquire()
    lease.progress(FIRST_GUESS)
    expect(charged()).toBe(FIRST_GUESS)
    lease.progress(FIRST_GUESS + 1)
    expect(charged()).toBeCloseTo(2 * (FIRST_GUESS + 1), 9)
    lease.settle(result({ completionTokens: 300 }))
    expect(charged()).toBeCloseTo(300, 9)
    const bounded = acquire({ maxTokens: 400 })
    bounded.progress(390)
    bounded.progress(395)
    bounded.progress(500)
    expect(charged()).toBeCloseTo(700, 9)
  })

  it('no longer moves the pass after a change of quotas, a cooldown or an absence of its endpoint', () => {
    const restarts: Record<string, (all: ReturnType<typeof start>) => void> = {
      quotas: ({ state, configured }) => {
        state.replace(configuration([endpointConfig(1, { quotaPercent: 10 })]))
        state.replace(configured)
      },
      cooldown: ({ acquire, clock }) => {
        const failing = [1, 2, 3].map(() => acquire())
        for (const lease of failing) lease.settle(result({ outcome: 'failure' }))
        clock.advance(60_000)
      },
      disabled: ({ state, configured }) => {
        state.replace(configuration([endpointConfig(1, { quotaPercent: QUOTA, enabled: false })]))
        state.replace(configured)
      },
      unwired: ({ state, configured }) => {
        state.replace({ ...configured, wires: [] })
        state.replace(configured)
      },
      deleted: ({ state, configured }) => {
        state.replace(configuration([]))
        state.replace(configured)
      },
    }
    for (const [name, restart] of Object.entries(restarts)) {
      const all = start()
      const stale = all.acquire()
      restart(all)
      all.acquire().settle(result({ completionTokens: 5 }))
      const before = all.charged()
      stale.progress(10_000)
      stale.settle(result({ completionTokens: 20_000 }))
      expect(all.charged(), name).toBe(before)
      expect(all.endpoint.inflight, name).toBe(0)
    }
  })

  it('charges through changes that do not touch the quotas', () => {
    const { state, acquire, charged } = start()
    const lease = acquire()
    const renamed = endpointConfig(1, { quotaPercent: QUOTA, name: 'renamed', maxConcurrent: 7 })
    state.replace(configuration([renamed, endpointConfig(2, { quotaPercent: 5 })]))
    lease.settle(result({ completionTokens: 1_000 }))
    expect(charged()).toBeCloseTo(1_000, 9)
  })

  it('averages the latency of successes only', () => {
    const { acquire, endpoint } = start()
    acquire().settle(result({ latencyMs: 100 }))
    expect(endpoint.counters.avgLatencyMs).toBe(100)
    acquire().settle(result({ latencyMs: 200 }))
    expect(endpoint.counters.avgLatencyMs).toBeCloseTo(110, 9)
    acquire().settle(result({ outcome: 'failure', latencyMs: 9_999 }))
    acquire().settle(result({ outcome: 'aborted', latencyMs: 9_999 }))
    expect(endpoint.counters.avgLatencyMs).toBeCloseTo(110, 9)
  })

  it('marks the counters of its endpoint and its token as changed', () => {
    const { state, acquire } = start()
    acquire({ token: tokenConfig(3) }).settle(result({ promptTokens: 2, completionTokens: 9 }))
    const { endpoints, tokens } = state.ledger.takeDirty()
    expect([...endpoints.entries()]).toEqual([
      [
        1,
        {
          ...zeroEndpointCounters(),
          totalRequests: 1,
          totalSuccess: 1,
          avgLatencyMs: 100,
          promptTokens: 2,
          completionTokens: 9,
        },
      ],
    ])
    expect([...tokens.entries()]).toEqual([
      [3, { ...zeroTokenCounters(), totalRequests: 1, promptTokens: 2, completionTokens: 9 }],
    ])
  })

  it('counts tokens that were not reported apart, as estimated', () => {
    const { acquire, endpoint } = start()
    acquire().settle(result({ promptTokens: 10, completionTokens: 20 }))
    expect(endpoint.estimated).toEqual({ promptTokens: 0, completionTokens: 0 })
    acquire().settle(result({ outcome: 'aborted', promptTokens: 3, completionTokens: 4, isEstimated: true }))
    acquire().settle(result({ outcome: 'aborted', isEstimated: true }))
    expect(endpoint.estimated).toEqual({ promptTokens: 3, completionTokens: 4 })
    expect(endpoint.counters).toMatchObject({ promptTokens: 13, completionTokens: 24 })
  })

  it('tells whether its endpoint has served anyone within the length of a cooldown', () => {
    const { acquire, clock } = start()
    const lease = acquire()
    expect(lease.hasServedRecently()).toBe(false)
    acquire().settle(result({ outcome: 'aborted' }))
    expect(lease.hasServedRecently()).toBe(false)
    acquire({ token: tokenConfig(3) }).settle(result())
    clock.advance(policy.cooldownS * 1000 - 1)
    expect(lease.hasServedRecently()).toBe(true)
    clock.advance(1)
    expect(lease.hasServedRecently()).toBe(false)
  })

  it('learns the length of responses from those that were reported alone', () => {
    const { acquire, charged } = start()
    acquire().settle(result({ outcome: 'aborted', completionTokens: 9_000, isEstimated: true }))
    const before = charged()
    acquire()
    expect(charged() - before).toBeCloseTo(FIRST_GUESS, 9)
    acquire().settle(result({ completionTokens: 9_000 }))
    const then = charged()
    acquire()
    expect(charged() - then).toBeGreaterThan(FIRST_GUESS)
  })

  it('of an attempt that another endpoint takes over counts for its endpoint, and for no client', () => {
    const { state, endpoint, acquire } = start()
    const token = tokenConfig(7)
    acquire({ token }).settle(result({ outcome: 'failure', superseded: true }))
    expect(endpoint.counters).toMatchObject({ totalRequests: 1, totalFailures: 1 })
    expect(state.totals).toMatchObject({ inflight: 0, requestsServed: 0, errors: 0 })
    expect(state.ledger.token(7).totalRequests).toBe(0)
  })
})
