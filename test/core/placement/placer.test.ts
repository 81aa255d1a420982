import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import type { BlockConfig, Configuration } from '../../../src/core/state/configuration.ts'
import { createClosedLoop, policy, random, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'
import { effort } from '../../support/effort.ts'

const PROMPT_BYTES = 40_000

/** A prompt of its own for each number, of 39 blocks. */
const promptOf = (number: number) => {
  const blocks = Int32Array.from({ length: 78 }, (_, at) => Math.imul(number * 100 + at + 1, 0x9e3779b1))
  return { bytes: PROMPT_BYTES, blocks: () => blocks }
}

const settled = (values: Partial<Settlement> = {}): Settlement => ({
  outcome: 'success',
  promptTokens: PROMPT_BYTES / 4,
  completionTokens: 10,
  deltas: 10,
  latencyMs: 1,
  ...values,
})

function start(configured: Configuration) {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  let moves = 0
  const placer = createPlacer({
    clock: clock.now,
    endpoints: () => configured.endpoints.length,
    indexBytes: 2 ** 20,
    onSessionMove: () => void (moves += 1),
  })
  const router = createRouter({ state, clock: clock.now, policy, placer })
  const acquire = (values: Partial<RoutingRequest> = {}): Lease => {
    const selection = router.acquire(requestFor({ prompt: promptOf(0), ...values }))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    return selection.lease
  }
  /** The response begins after this time, and ends at once. */
  const respond = (lease: Lease, afterMs: number, values: Partial<Settlement> = {}): void => {
    clock.advance(afterMs)
    lease.responded()
    lease.received()
    lease.settle(settled(values))
  }
  const fail = (lease: Lease): void =>
    lease.settle(
      settled({ outcome: 'failure', promptTokens: undefined, completionTokens: undefined, deltas: 0 }),
    )
  return { state, router, clock, acquire, respond, fail, moves: () => moves }
}

const fleet = (count: number, values: Parameters<typeof endpointConfig>[1] = {}) =>
  Array.from({ length: count }, (_, index) => endpointConfig(index + 1, values))
const balanced = (count: number, values: Parameters<typeof endpointConfig>[1] = {}) =>
  configuration(fleet(count, values), { routingMode: 'balanced' })
const idOf = ({ endpoint }: Lease): number => endpoint.config.id

let last = 1_000
/** Sends requests with prompts of their own, one after the other. @returns how many each endpoint got. */
function sendSingly(
  { acquire, respond }: ReturnType<typeof start>,
  count: number,
  msOf: (id: number) => number,
): Map<number, number> {
  const counts = new Map<number, number>()
  for (let n = 0; n < count; n += 1) {
    const lease = acquire({ prompt: promptOf((last += 1)) })
    counts.set(idOf(lease), (counts.get(idOf(lease)) ?? 0) + 1)
    respond(lease, msOf(idOf(lease)))
  }
  return counts
}

describe('placement by the prompts that endpoints have cached', () => {
  it('sends a prompt where its beginning was sent before', () => {
    const { acquire, respond } = start(balanced(4))
    const first = acquire()
    respond(first, 1_000)
    for (let n = 0; n < 20; n += 1) {
      const other = acquire({ prompt: promptOf(n + 1) })
      respond(other, 1_000)
      const lease = acquire()
      expect(idOf(lease)).toBe(idOf(first))
      respond(lease, 10, { cachedTokens: PROMPT_BYTES / 4 })
    }
  })

  it('finds that endpoint among a hundred, of which few are compared', () => {
    const { acquire, respond } = start(balanced(100))
    const first = acquire()
    respond(first, 1_000)
    for (let n = 0; n < 10; n += 1) {
      const lease = acquire()
      expect(idOf(lease)).toBe(idOf(first))
      respond(lease, 10, { cachedTokens: PROMPT_BYTES / 4 })
    }
  })

  it('sends it elsewhere where that endpoint has more to read before it than it would save', () => {
    const { acquire, respond } = start(balanced(2))
    const first = acquire()
    respond(first, 1_000)
    const before = idOf(first)
    while (idOf(acquire({ prompt: promptOf(7) })) !== before);
    const waiting = Array.from({ length: 2 }, (_, n) => acquire({ prompt: promptOf(20 + n) }))
    expect(waiting.length).toBe(2)
    const lease = acquire({ prompt: promptOf(99) })
    expect(lease.endpoint.work.prefilling).toBeGreaterThan(0)
  })

  it.each([
    ['full', (config: Configuration) => config, { maxConcurrent: 1 }],
    [
      'of another block',
      (config: Configuration) => ({ ...config, wires: config.wires.filter((w) => w.endpointId !== 1) }),
      {},
    ],
    [
      'disabled',
      (config: Configuration) => ({
        ...config,
        endpoints: config.endpoints.map((e) => (e.id === 1 ? { ...e, enabled: false } : e)),
      }),
      {},
    ],
  ])('sends nothing to an endpoint that is %s for the sake of a hit', (_, change, values) => {
    const configured = balanced(3, values)
    const { state, acquire, respond } = start(configured)
    respond(acquire(), 1_000)
    const holder = [1, 2, 3].find((id) => state.endpoint(id).prefix.size() > 0)
    expect(holder).toBe(1)
    state.replace(change(configured))
    // Takes the one slot where there is but one.
    const held = 'maxConcurrent' in values ? [acquire()] : []
    expect(held.map(idOf)).toEqual(held.map(() => 1))
    for (let n = 0; n < 2; n += 1) expect(idOf(acquire())).not.toBe(1)
  })

  it('sends nothing to a cooling endpoint, and begins anew with it', () => {
    const { state, clock, acquire, respond, fail } = start(balanced(3))
    respond(acquire(), 1_000)
    for (let n = 0; n < policy.failThreshold; n += 1) fail(acquire({ endpointId: 1 }))
    expect(state.endpoint(1).tripped).not.toBeNull()
    expect(idOf(acquire())).not.toBe(1)
    clock.advance(policy.cooldownS * 1_000)
    expect(state.endpoint(1).prefix.size()).toBe(0)
  })
})

describe('placement by load', () => {
  it('gives a slow endpoint no more of the requests than it is quick', () => {
    const one = start(balanced(2))
    const counts = sendSingly(one, 40, (id) => (id === 1 ? 4_000 : 1_000))
    expect(counts.get(1)).toBeLessThan(5)
  })

  it('takes within three responses notice of an endpoint that has become ten times slower', () => {
    const one = start(configuration(fleet(3)))
    sendSingly(one, 60, () => 1_000)
    one.state.replace(balanced(3))
    const counts = sendSingly(one, 60, (id) => (id === 1 ? 10_000 : 1_000))
    expect(counts.get(1) ?? 0).toBeLessThanOrEqual(3)
  })

  it('sends next to nothing to an endpoint that fails at once, below the threshold of the breaker', () => {
    const one = start(configuration(fleet(3)))
    sendSingly(one, 30, () => 1_000)
    one.state.replace(balanced(3))
    let failures = 0
    const open: Lease[] = []
    for (let n = 0; n < 120; n += 1) {
      const lease = one.acquire({ prompt: promptOf(5_000 + n) })
      if (idOf(lease) === 1) {
        failures += 1
        // Never three in a row.
        if (failures % 3 === 0) one.respond(lease, 500)
        else one.fail(lease)
      } else open.push(lease)
      const oldest = open.length > 6 ? open.shift() : undefined
      if (oldest) one.respond(oldest, 500)
    }
    expect(failures).toBeLessThan(20)
  })

  it.each([
    ['wait', { running: 0, waiting: 8 }],
    ['run', { running: 200, waiting: 0 }],
  ])('avoids a backend where requests of others %s, although it is sent nothing else', (_, counts) => {
    const { state, acquire } = start(balanced(2))
    const load = { ...counts, cacheUse: undefined, cacheTokens: undefined, hitRate: undefined, atMs: 1 }
    state.endpoint(1).load = load
    const short = { bytes: 100, blocks: () => new Int32Array(0) }
    const ids = Array.from({ length: 4 }, (_each, n) => idOf(acquire({ prompt: short, model: `${n}` })))
    expect(ids).toEqual([2, 2, 2, 2])
    state.endpoint(1).load = { ...load, running: 0, waiting: 0 }
    expect(idOf(acquire({ prompt: short }))).toBe(1)
  })

  it('tries a newcomer, and gives it no more than the others while nothing is known of it', () => {
    const one = start(configuration(fleet(3), { routingMode: 'balanced' }))
    sendSingly(one, 30, () => 1_000)
    one.state.replace(balanced(4))
    const leases = Array.from({ length: 16 }, (_, n) => one.acquire({ prompt: promptOf(9_000 + n) }))
    const count = leases.filter((lease) => idOf(lease) === 4).length
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThanOrEqual(5)
  })

  it('learns nothing quick from responses that were cached', () => {
    const { state, acquire, respond } = start(balanced(2))
    sendSingly({ acquire, respond } as ReturnType<typeof start>, 20, () => 1_000)
    const [before, other] = [1, 2].map((id) => state.endpoint(id).work.prefillMs)
    expect(before).toBeCloseTo(other ?? 0, 3)
    for (let n = 0; n < 20; n += 1)
      respond(acquire({ endpointId: 1, prompt: promptOf(n) }), 5, { cachedTokens: PROMPT_BYTES / 4 - 1 })
    const after = state.endpoint(1).work.prefillMs
    expect(after).toBe(before)
  })
})

describe('sessions', () => {
  const affine = (count: number, values: Partial<BlockConfig> = {}) =>
    configuration(fleet(count), {
      routingMode: 'balanced',
      blocks: [blockConfig(1, { sessionAffinity: 'user', ...values })],
    })
  const plain = { bytes: 400, blocks: () => new Int32Array(0) }

  it.each(['prefix', 'load', 'quota_order'] as const)(
    'stay at one endpoint, with placement %s',
    (placement) => {
      const { acquire, respond, moves } = start(affine(5, { placement }))
      for (const session of ['a', 'b', 'c', 'd']) {
        const ids = Array.from({ length: 10 }, () => {
          const lease = acquire({ session, prompt: plain })
          respond(lease, 100)
          return idOf(lease)
        })
        expect(new Set(ids).size).toBe(1)
      }
      expect(moves()).toBe(0)
    },
  )

  it('stay at one endpoint in percentage mode too, from their first requests on', () => {
    const configured = configuration(fleet(3, { quotaPercent: 30 }), {
      blocks: [blockConfig(1, { sessionAffinity: 'user' })],
    })
    const { acquire, respond, moves } = start(configured)
    for (let n = 0; n < 30; n += 1) respond(acquire({ session: `session ${n % 6}`, prompt: plain }), 100)
    expect(moves()).toBe(0)
  })

  it('move with their next request when their endpoint goes, and stay where they went', () => {
    const configured = affine(5)
    const { state, acquire, respond, moves } = start(configured)
    const home = acquire({ session: 'a', prompt: plain })
    respond(home, 100)
    state.replace({
      ...configured,
      endpoints: configured.endpoints.map((each) =>
        each.id === idOf(home) ? { ...each, enabled: false } : each,
      ),
    })
    const moved = acquire({ session: 'a', prompt: plain })
    expect(idOf(moved)).not.toBe(idOf(home))
    expect(moves()).toBe(1)
    respond(moved, 100)
    state.replace(configured)
    expect(idOf(acquire({ session: 'a', prompt: plain }))).toBe(idOf(moved))
    expect(moves()).toBe(1)
  })

  it('move from an endpoint that is far busier than the others', () => {
    const { acquire, respond, moves } = start(affine(4))
    const home = acquire({ session: 'a' })
    respond(home, 1_000)
    for (let n = 0; n < 12; n += 1) acquire({ endpointId: idOf(home), prompt: promptOf(100 + n) })
    expect(idOf(acquire({ session: 'a' }))).not.toBe(idOf(home))
    expect(moves()).toBe(1)
  })
})

describe('shares in percentage mode', () => {
  it('stay within the slack of their quotas, wherever caches and loads would have requests go', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5, max: 50 }), { minLength: 2, maxLength: 6 }),
        fc.integer(),
        (quotas, seed) => {
          const next = random(seed)
          const clock = manualClock()
          const endpoints = quotas.map((quotaPercent, index) => endpointConfig(index + 1, { quotaPercent }))
          const state = gatewayState(configuration(endpoints), clock.now)
          const length = (): number => 1 + Math.floor(next() * next() * 800)
          const loop = createClosedLoop({ state, clock, length, concurrency: 24 })
          const routing = (): RoutingRequest =>
            requestFor({ prompt: promptOf(Math.floor(next() * next() * 5)) })
          const tokens = loop.run(3_000, routing)
          const total = [...tokens.values()].reduce((sum, each) => sum + each, 0)
          const whole = quotas.reduce((sum, each) => sum + each, 0)
          // Sixteen mean responses of a mean endpoint, as many as are open, and a long one.
          const mean = total / 3_000
          quotas.forEach((quota, index) => {
            const slack = (16 * mean * quotas.length * quota) / whole
            const wanted = (total * quota) / whole
            expect(Math.abs((tokens.get(index + 1) ?? 0) - wanted)).toBeLessThan(slack + 24 * mean + 800)
          })
        },
      ),
      { numRuns: effort(30, 10) },
    )
  })
})
