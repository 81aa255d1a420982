// An endpoint that joins late, or was unusable for a while, gets its quota: no burst, and no starvation.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Configuration, EndpointConfig } from '../../../../src/core/state/configuration.ts'
import { createRouter } from '../../../../src/core/routing/router.ts'
import { createClosedLoop, requestFor, policy, random, shares } from '../../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../../support/gateway/gateway-fixture.ts'
import { effort } from '../../../support/effort.ts'

// Fixed seed: the laws are statistical, and every run must give the same result.
const runs = { seed: 20_261, numRuns: effort(25, 8) }
const seeds = fc.integer({ min: 1, max: 1_000_000 })
/** Tolerance in percentage points for 200 responses of random length, 64 of them in flight. */
const TOLERANCE = 7

/** Strictly by quota: placement has no say. */
const byQuota: typeof configuration = (endpoints, values) =>
  configuration(endpoints, { placement: 'quota_order', ...values })

const quota = (id: number, quotaPercent: number, values: Partial<EndpointConfig> = {}): EndpointConfig =>
  endpointConfig(id, { quotaPercent, ...values })
const wire = (blockId: number, endpointId: number) => ({ blockId, endpointId })

function start(configured: Configuration, seed: number, concurrency = 64) {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  const next = random(seed)
  const length = (): number => 1 + Math.floor(next() * 400)
  return { clock, state, loop: createClosedLoop({ state, clock, length, concurrency }) }
}

/** Sends the endpoint into cooldown by failing requests of a token that prefers it. */
function cool({ state, clock }: ReturnType<typeof start>, id: number): void {
  const router = createRouter({ state, clock: clock.now, policy })
  const token = tokenConfig(1, { preferredEndpointId: id })
  for (let n = 0; n < policy.failThreshold; n += 1) {
    const selection = router.acquire(requestFor({ token }))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    selection.lease.settle({
      outcome: 'failure',
      promptTokens: undefined,
      completionTokens: undefined,
      deltas: 0,
      latencyMs: 1,
    })
  }
}

const expectShares = (
  tokens: ReadonlyMap<number, number>,
  expected: Readonly<Record<number, number>>,
  points: number,
): void => {
  const measured = shares(tokens, Object.keys(expected).map(Number))
  for (const [id, percent] of Object.entries(expected)) {
    expect(Math.abs((measured.get(Number(id)) ?? 0) - percent), `share of ${id}`).toBeLessThan(points)
  }
}

const three = [quota(1, 50), quota(2, 30), quota(3, 20)]
const asQuotas = { 1: 50, 2: 30, 3: 20 }
const forSeeds = (law: (seed: number) => void): void => fc.assert(fc.property(seeds, law), runs)

describe('an endpoint that joins after 1,000 requests, with 64 in flight', () => {
  it('gets its quota of the next 200 when it is new', () => {
    forSeeds((seed) => {
      const { state, loop } = start(byQuota(three.slice(0, 2)), seed)
      loop.run(1_000)
      state.replace(byQuota(three))
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('gets its quota when it returns from cooldown', () => {
    forSeeds((seed) => {
      const all = start(byQuota(three), seed)
      const { loop, clock } = all
      loop.run(300)
      loop.drain()
      cool(all, 3)
      expect(loop.run(1_000).has(3)).toBe(false)
      clock.advance(20_000)
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('gets its quota when it returns from a cooldown in which the quotas changed', () => {
    forSeeds((seed) => {
      const all = start(byQuota([quota(1, 20), quota(2, 30), quota(3, 50)]), seed)
      const { state, loop, clock } = all
      loop.run(300)
      loop.drain()
      cool(all, 3)
      state.replace(byQuota(three))
      loop.run(1_000)
      clock.advance(20_000)
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('gets its quota when all return from cooldown together, one of them after a long time', () => {
    forSeeds((seed) => {
      const all = start(byQuota(three), seed)
      const { loop, clock } = all
      loop.drain()
      cool(all, 3)
      loop.run(1_000)
      loop.drain()
      for (const id of [1, 2]) cool(all, id)
      clock.advance(20_000)
      expectShares(loop.run(300), asQuotas, TOLERANCE)
    })
  })

  it.each([
    ['enabled', byQuota([quota(1, 50), quota(2, 30), quota(3, 20, { enabled: false })])],
    ['wired', byQuota(three, { wires: [wire(1, 1), wire(1, 2)] })],
    ['restored', byQuota(three.slice(0, 2))],
  ])('gets its quota when it is %s again, with leases from before still open', (_, without) => {
    forSeeds((seed) => {
      const { state, loop } = start(byQuota(three), seed)
      loop.run(300)
      state.replace(without)
      expect(loop.run(1_000).has(3)).toBe(false)
      state.replace(byQuota(three))
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('gets its quota although the pass of an idle block is far behind', () => {
    forSeeds((seed) => {
      const blocks = [blockConfig(1), blockConfig(2)]
      const wires = [wire(1, 1), wire(1, 2), wire(2, 4)]
      const endpoints = [quota(1, 50), quota(2, 30), quota(4, 50)]
      const { state, loop } = start(byQuota(endpoints, { blocks, wires }), seed)
      loop.run(5, () => requestFor({ blockId: 2 }))
      loop.run(1_000)
      state.replace(byQuota([...three, quota(4, 50)], { blocks, wires: [...wires, wire(1, 3)] }))
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('gets its quota when it is wired from a quiet block to a busy one', () => {
    forSeeds((seed) => {
      const blocks = [blockConfig(1), blockConfig(2)]
      const wires = [wire(1, 1), wire(1, 2), wire(2, 3)]
      const { state, loop } = start(byQuota(three, { blocks, wires }), seed)
      loop.run(5, () => requestFor({ blockId: 2 }))
      loop.run(1_000)
      state.replace(byQuota(three, { blocks, wires: [...wires, wire(1, 3)] }))
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('gets its quota in a quiet block that shares an endpoint with a busy one', () => {
    forSeeds((seed) => {
      const blocks = [blockConfig(1), blockConfig(2)]
      const wires = [wire(1, 1), wire(1, 2), wire(2, 2), wire(2, 4)]
      const endpoints = [quota(1, 25), quota(2, 25), quota(4, 30)]
      const { state, loop } = start(byQuota(endpoints, { blocks, wires }), seed)
      let turn = 0
      const mixed = () => requestFor({ blockId: (turn += 1) % 20 === 0 ? 2 : 1 })
      loop.run(1_000, mixed)
      state.replace(byQuota([...endpoints, quota(5, 20)], { blocks, wires: [...wires, wire(2, 5)] }))
      expectShares(loop.run(4_000, mixed), { 4: 60, 5: 40 }, 2 * TOLERANCE)
    })
  })

  it('gets its quota beside an endpoint whose capacity keeps its pass far behind', () => {
    forSeeds((seed) => {
      const limited = quota(4, 20, { maxConcurrent: 2 })
      const { state, loop } = start(byQuota([...three.slice(0, 2), limited]), seed)
      loop.run(1_000)
      state.replace(byQuota([...three, limited]))
      expectShares(loop.run(200), asQuotas, TOLERANCE)
    })
  })

  it('shares by quota with others that join at the same time', () => {
    forSeeds((seed) => {
      const { state, loop } = start(byQuota([quota(1, 40)]), seed)
      loop.run(1_000)
      state.replace(byQuota([quota(1, 40), quota(2, 30), quota(3, 20), quota(4, 10)]))
      expectShares(loop.run(500), { 1: 40, 2: 30, 3: 20, 4: 10 }, TOLERANCE)
    })
  })
})

describe('passes', () => {
  it('restart when the mode changes back to percentage', () => {
    forSeeds((seed) => {
      const { state, loop } = start(byQuota(three), seed)
      loop.run(300)
      state.replace(byQuota(three, { routingMode: 'priority' }))
      loop.run(1_000)
      state.replace(byQuota(three))
      expectShares(loop.run(300), asQuotas, TOLERANCE)
    })
  })

  it('keep the quotas of the other endpoints while tokens that prefer one endpoint overload it', () => {
    forSeeds((seed) => {
      const token = tokenConfig(1, { preferredEndpointId: 1 })
      const endpoints = [quota(1, 60), quota(2, 30), quota(3, 10)]
      const { loop } = start(byQuota(endpoints, { tokens: [token] }), seed)
      let turn = 0
      const mixed = () => requestFor({ token: (turn += 1) % 10 === 0 ? null : token })
      loop.run(2_000, mixed)
      expectShares(loop.run(5_000, mixed), { 2: 75, 3: 25 }, TOLERANCE)
    })
  })

  it('forget within a bounded number of responses a lead that wires or preferring tokens caused', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1_000, 20_000), (seed, requests) => {
        const token = tokenConfig(1, { preferredEndpointId: 1 })
        const { loop } = start(byQuota(three, { tokens: [token] }), seed)
        loop.run(requests, () => requestFor({ token }))
        loop.run(1_200)
        expectShares(loop.run(1_000), asQuotas, TOLERANCE)
      }),
      { ...runs, numRuns: effort(6, 2) },
    )
  })

  it('forget within a bounded number of responses an arrear that wires caused', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1_000, 20_000), (seed, requests) => {
        const blocks = [blockConfig(1), blockConfig(2)]
        const wires = [wire(1, 1), wire(1, 2), wire(2, 2), wire(2, 3)]
        const { loop } = start(byQuota(three, { blocks, wires }), seed)
        loop.run(requests)
        const inBlock2 = () => requestFor({ blockId: 2 })
        loop.run(700, inBlock2)
        expectShares(loop.run(1_000, inBlock2), { 2: 60, 3: 40 }, TOLERANCE)
      }),
      { ...runs, numRuns: effort(6, 2) },
    )
  })

  it('follow the quotas within each block where blocks share no endpoint, at any rates', () => {
    forSeeds((seed) => {
      const blocks = [blockConfig(1), blockConfig(2)]
      const wires = [wire(1, 1), wire(1, 2), wire(2, 3), wire(2, 4)]
      const endpoints = [quota(1, 40), quota(2, 10), quota(3, 35), quota(4, 15)]
      const { loop } = start(byQuota(endpoints, { blocks, wires }), seed)
      let turn = 0
      const tokens = loop.run(5_000, () => requestFor({ blockId: (turn += 1) % 10 === 0 ? 2 : 1 }))
      expectShares(tokens, { 1: 80, 2: 20 }, 3)
      expectShares(tokens, { 3: 70, 4: 30 }, 8)
    })
  })

  it('compensate in one block for the surplus that an endpoint gets in another', () => {
    forSeeds((seed) => {
      const blocks = [blockConfig(1), blockConfig(2)]
      const wires = [wire(1, 1), wire(2, 1), wire(2, 2), wire(2, 3)]
      const { loop } = start(byQuota(three, { blocks, wires }), seed)
      let turn = 0
      expectShares(
        loop.run(4_000, () => requestFor({ blockId: 1 + ((turn += 1) % 5 > 1 ? 1 : 0) })),
        asQuotas,
        3,
      )
    })
  })
})

describe('quota 0', () => {
  it('beside positive quotas is used only while all endpoints with a positive quota are full', () => {
    forSeeds((seed) => {
      const endpoints = [
        quota(1, 0),
        quota(2, 70, { maxConcurrent: 20 }),
        quota(3, 30, { maxConcurrent: 20 }),
      ]
      const { state, loop } = start(byQuota(endpoints), seed, 40)
      expect([...loop.run(1_000).keys()].sort()).toEqual([2, 3])
      const { state: crowded, loop: more } = start(byQuota(endpoints), seed, 50)
      const router = createRouter({ state: crowded, clock: () => 1, policy })
      expect(more.run(1_000).get(1)).toBeGreaterThan(0)
      more.drain()
      for (let n = 0; n < 60; n += 1) {
        const positiveFull = [2, 3].every((id) => crowded.endpoint(id).inflight === 20)
        const selection = router.acquire(requestFor())
        if ('refusal' in selection) throw new Error(selection.refusal.detail)
        expect(selection.lease.endpoint.config.id === 1).toBe(positiveFull)
      }
      expect(state.endpoint(1).counters.totalRequests).toBe(0)
    })
  })

  it('gives overflow endpoints equal shares', () => {
    forSeeds((seed) => {
      const endpoints = [quota(1, 0), quota(2, 0), quota(3, 100, { maxConcurrent: 4 })]
      const { loop } = start(byQuota(endpoints), seed)
      expectShares(loop.run(2_000), { 1: 50, 2: 50 }, 2)
    })
  })

  it('on all endpoints gives them equal shares', () => {
    forSeeds((seed) => {
      const { loop } = start(byQuota([1, 2, 3, 4].map((id) => quota(id, 0))), seed)
      expectShares(loop.run(2_000), { 1: 25, 2: 25, 3: 25, 4: 25 }, 1)
    })
  })
})

describe('responses without tokens', () => {
  const settled = { promptTokens: 0, deltas: 0, latencyMs: 1 }
  const count = (configured: Configuration, run: (router: ReturnType<typeof createRouter>) => void) => {
    const state = gatewayState(configured, () => 1)
    run(createRouter({ state, clock: () => 1, policy: { failThreshold: 3, cooldownS: 0 } }))
    return configured.endpoints.map(({ id }) => state.endpoint(id).counters.totalRequests)
  }

  it('are spread by quota, whether they report 0 tokens, are limited to 0 or report nothing', () => {
    for (const completionTokens of [0, undefined]) {
      for (const maxTokens of [0, undefined]) {
        const requests = count(byQuota(three), (router) => {
          for (let n = 0; n < 1_000; n += 1) {
            const selection = router.acquire(requestFor({ maxTokens }))
            if ('lease' in selection)
              selection.lease.settle({ ...settled, outcome: 'success', completionTokens })
          }
        })
        expect(requests).toEqual([500, 300, 200])
      }
    }
  })

  it('do not attract more traffic to their endpoint', () => {
    const requests = count(byQuota(three), (router) => {
      for (let n = 0; n < 1_000; n += 1) {
        const selection = router.acquire(requestFor())
        if (!('lease' in selection)) continue
        const completionTokens = selection.lease.endpoint.config.id === 3 ? 0 : 256
        selection.lease.settle({ ...settled, outcome: 'success', completionTokens })
      }
    })
    expect(requests[2]).toBeLessThanOrEqual(210)
  })

  it('do not attract more traffic where they are failures, even without a cooldown', () => {
    const requests = count(byQuota(three), (router) => {
      for (let n = 0; n < 1_000; n += 1) {
        const selection = router.acquire(requestFor())
        if (!('lease' in selection)) continue
        const outcome = selection.lease.endpoint.config.id === 1 ? 'failure' : 'success'
        selection.lease.settle({
          ...settled,
          outcome,
          completionTokens: outcome === 'success' ? 256 : undefined,
        })
      }
    })
    expect(requests[0]).toBeLessThanOrEqual(510)
  })
})
