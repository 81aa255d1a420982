// What is kept of selections, which of it is listed, and what clients are told.
import { describe, expect, it } from 'vitest'
import { createDecisionLog } from '../../../src/core/decisions/decision-log.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import type { Configuration } from '../../../src/core/state/configuration.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  aliasConfig,
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
  tripFor,
} from '../../support/gateway/gateway-fixture.ts'

const NOW = 1_700_000_000_000
const result: Settlement = {
  outcome: 'success',
  status: 200,
  promptTokens: 10,
  completionTokens: 10,
  cachedTokens: 4,
  deltas: 10,
  latencyMs: 1,
}
const three = [1, 2, 3].map((id) => endpointConfig(id, { quotaPercent: 10 * id, priorityOrder: id }))

function start(configured: Configuration = configuration(three), tellsRoute = false) {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  const decisions = createDecisionLog({ clock: clock.now, now: () => NOW + clock.now(), tellsRoute })
  const placer = createPlacer({ clock: clock.now, endpoints: () => configured.endpoints.length })
  const router = createRouter({ state, clock: clock.now, policy, placer, decisions })
  const acquire = (
    values: Partial<RoutingRequest> = {},
    tried: readonly number[] = [],
    isQueued = false,
  ): Lease => {
    const selection = router.acquire(
      requestFor(values),
      tried.map((id) => state.endpoint(id)),
      isQueued,
    )
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    return selection.lease
  }
  const last = () => decisions.list({}, 1)[0]
  return { clock, state, decisions, acquire, last }
}

describe('the log of selections', () => {
  it('tells who sent what, how it was decided, and how it ended', () => {
    const { clock, acquire, last } = start(configuration(three, { placement: 'load' }))
    const alias = aliasConfig(1, { name: 'public' })
    const lease = acquire(
      { token: tokenConfig(5), model: 'm', alias, requestId: 'r1', session: 's' },
      [1],
      true,
    )
    const { id } = lease.endpoint.config
    const open = {
      number: 1,
      atMs: NOW + 1_000,
      requestId: 'r1',
      blockId: 1,
      tokenId: 5,
      model: 'm',
      alias: 'public',
      api: 'chat',
      mode: 'percentage',
      placement: 'load',
      hasSession: true,
      endpointId: id,
      attempt: 2,
      isQueued: true,
      outcome: undefined,
      status: undefined,
      firstTokenMs: undefined,
      reportedCachedTokens: undefined,
    }
    expect(last()).toMatchObject(open)
    clock.advance(300)
    lease.received()
    clock.advance(300)
    lease.received()
    lease.settle(result)
    expect(last()).toMatchObject({
      ...open,
      outcome: 'success',
      status: 200,
      firstTokenMs: 300,
      reportedCachedTokens: 4,
    })
  })

  it('tells no time to the first token of a whole response, nor of one that was an error', () => {
    const { clock, acquire, last } = start()
    for (const [stream, deltas] of [
      [false, 10],
      [true, 0],
    ] as const) {
      const lease = acquire({ stream })
      clock.advance(300)
      lease.received()
      lease.settle({ ...result, deltas })
      expect(last()?.firstTokenMs).toBeUndefined()
    }
  })

  it('lists the newest first, as many as are asked for, by endpoint, token, block, model or alias and outcome', () => {
    const blocks = [blockConfig(1), blockConfig(2)]
    const { decisions, acquire } = start(configuration(three, { blocks }))
    const alias = aliasConfig(1, { name: 'public' })
    acquire({ model: 'a' }).settle(result)
    acquire({ model: 'b', alias, token: tokenConfig(5) }).settle({ ...result, outcome: 'failure' })
    acquire({ model: 'b', blockId: 2 }, [1, 2])
    const numbers = (filter: Parameters<typeof decisions.list>[0], limit = 9) =>
      decisions.list(filter, limit).map(({ number }) => number)
    expect(numbers({})).toEqual([3, 2, 1])
    expect(numbers({}, 2)).toEqual([3, 2])
    expect(numbers({ model: 'b' })).toEqual([3, 2])
    expect(numbers({ model: 'public' })).toEqual([2])
    expect(numbers({ model: 'c' })).toEqual([])
    expect(numbers({ tokenId: 5 })).toEqual([2])
    expect(numbers({ blockId: 2 })).toEqual([3])
    expect(numbers({ blockId: 1 }, 1)).toEqual([2])
    expect(numbers({ outcome: 'open' })).toEqual([3])
    expect(numbers({ outcome: 'failure' })).toEqual([2])
    expect(numbers({ endpointId: 3, blockId: 2 })).toEqual([3])
    expect(numbers({ endpointId: 1, blockId: 2 })).toEqual([])
  })

  it('keeps the last thousand, and lets those that are gone end without a trace where they succeed', () => {
    const { decisions, acquire } = start()
    const first = acquire({ model: 'first' })
    for (let n = 0; n < 1_000; n += 1) acquire({ model: `m${n}` }).settle(result)
    const all = decisions.list({}, 2_000)
    expect([all.length, all[0]?.number, all.at(-1)?.number]).toEqual([1_000, 1_001, 2])
    first.settle(result)
    expect(decisions.list({ model: 'first' }, 9)).toEqual([])
  })
})

describe('a candidate', () => {
  it('is told with its rank, its work and why it was not taken', () => {
    const endpoints = [
      endpointConfig(1, { quotaPercent: 50, priorityOrder: 1 }),
      endpointConfig(2, { quotaPercent: 50, priorityOrder: 2, maxConcurrent: 1 }),
      endpointConfig(3, { quotaPercent: 0, priorityOrder: 3 }),
      endpointConfig(4, { quotaPercent: 50, priorityOrder: 4 }),
      endpointConfig(5, { quotaPercent: 50, priorityOrder: 5 }),
    ]
    const { acquire, last, state, clock } = start(configuration(endpoints, { placement: 'quota_order' }))
    acquire({ token: tokenConfig(1, { preferredEndpointId: 2 }) })
    expect(last()?.reason).toBe('pinned')
    state.endpoint(4).tripped = tripFor(60_000, clock.now())
    acquire({}, [5])
    expect(last()?.reason).toBe('policy order')
    expect(
      last()?.candidates.map(({ endpointId, state, rank, inflight }) => [endpointId, state, rank, inflight]),
    ).toEqual([
      [1, 'eligible', 1, 0],
      [2, 'full', 2, 1],
      [3, 'overflow only', 3, 0],
      [4, 'cooling down', 4, 0],
      [5, 'tried before', 5, 0],
    ])
    // Its pass before anything was charged for it.
    expect(last()?.candidates[0]).toMatchObject({ pass: 0, firstTokenMs: expect.any(Number) as number })
    acquire({}, [5])
    expect(last()?.candidates[0]).toMatchObject({ pass: 256 / 50, inflight: 1 })
  })

  it('that nothing competes with is the only one', () => {
    const { acquire, last } = start(configuration([endpointConfig(1)]))
    acquire()
    expect(last()).toMatchObject({ reason: 'only candidate', attempt: 1, tokenId: null })
  })

  it('of a long list is among the first sixteen, of which the selected one comes first', () => {
    const endpoints = Array.from({ length: 40 }, (_, index) =>
      endpointConfig(index + 1, { priorityOrder: 40 - index }),
    )
    const { acquire, last } = start(
      configuration(endpoints, { routingMode: 'priority', placement: 'quota_order' }),
    )
    acquire()
    const ids = last()?.candidates.map(({ endpointId }) => endpointId) ?? []
    expect(ids[0]).toBe(40)
    expect([ids.length, new Set(ids).size]).toEqual([16, 16])
    expect(last()?.candidates[1]?.state).toBe('lower rank')
  })
})

describe('the route that a client is told', () => {
  it('names mode, placement and reason, and with a cache what of the prompt is expected in it', () => {
    const { acquire } = start(configuration(three), true)
    expect(acquire().route).toMatch(/^percentage\/prefix; [a-z-]+; hit=0\/\d+; wait=\d+ms$/)
    const byQuota = start(configuration(three, { placement: 'quota_order', routingMode: 'priority' }), true)
    expect(byQuota.acquire().route).toMatch(/^priority\/quota-order; policy-order; wait=\d+ms$/)
  })

  it('is nothing unless it is asked for', () => {
    expect(start().acquire().route).toBeUndefined()
  })
})
