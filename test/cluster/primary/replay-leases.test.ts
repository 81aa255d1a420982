// The primary's books are those of one process that has served all requests itself.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { effort } from '../../support/effort.ts'
import { alias, empty, policy, read, startCluster, tokens } from '../../support/cluster/replayed-books.ts'

const count = fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined })
const settlement: fc.Arbitrary<Settlement> = fc
  .record({
    outcome: fc.constantFrom('success' as const, 'failure' as const, 'failure' as const, 'aborted' as const),
    promptTokens: count,
    completionTokens: count,
    cachedTokens: count,
    reasoningTokens: count,
    deltas: fc.nat(500),
    latencyMs: fc.integer({ min: 1, max: 60_000 }),
    firstTokenMs: count,
    status: fc.constantFrom(undefined, 200, 500),
    retryAfterMs: fc.constantFrom(undefined, undefined, undefined, 5_000),
    error: fc.constantFrom(undefined, 'responded with 500'),
    isEstimated: fc.boolean(),
    mayBeRequestFault: fc.boolean(),
    withheld: fc.boolean(),
    superseded: fc.boolean(),
  })
  .map((result) =>
    result.outcome === 'failure' ? result : { ...result, retryAfterMs: undefined, withheld: false },
  )

const blocks = Int32Array.from([11, -22, 33, -2_000_000_000])
const request: fc.Arbitrary<Partial<RoutingRequest>> = fc.record({
  endpointId: fc.constantFrom(1, 2, undefined),
  token: fc.constantFrom(null, ...tokens),
  client: fc.constantFrom(undefined, '127.0.0.1'),
  model: fc.constantFrom(undefined, 'm', 'n'),
  alias: fc.constantFrom(undefined, alias),
  measure: fc.constantFrom('completion' as const, 'prompt' as const, 'none' as const),
  stream: fc.boolean(),
  maxTokens: count,
  session: fc.constantFrom(undefined, 's', 't'),
  prompt: fc.constantFrom(
    undefined,
    { bytes: 10, blocks: () => new Int32Array(0) },
    ...[1, 2, 4].map((length) => ({ bytes: length * 500, blocks: () => blocks.subarray(0, length) })),
  ),
})

type Step =
  | { readonly kind: 'begin'; readonly at: 0 | 1; readonly request: Partial<RoutingRequest> }
  | { readonly kind: 'received' | 'responded' | 'unwatch' | 'count failure'; readonly of: number }
  | { readonly kind: 'settle'; readonly of: number; readonly result: Settlement }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'end'; readonly at: 0 | 1 }
const at = fc.constantFrom(0 as const, 1 as const)
const of = fc.nat(6)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('begin' as const), at, request }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('settle' as const), of, result: settlement }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'received' as const,
        'responded' as const,
        'unwatch' as const,
        'count failure' as const,
      ),
      of,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30_000 }) }),
  },
  fc.record({ kind: fc.constant('end' as const), at }),
)

function run({ begin, end, clock, taken }: ReturnType<typeof startCluster>, each: Step): void {
  if (each.kind === 'begin') begin(each.at, each.request)
  else if (each.kind === 'advance') clock.advance(each.ms)
  else if (each.kind === 'end') end(each.at)
  else {
    // The latest ones: among them some that are settled.
    const one = taken().at(-1 - each.of)
    if (one === undefined) return
    // Later bytes are told as a whole, a few times a second.
    if (each.kind === 'received' && one.hasReceived) return
    if (each.kind === 'received') one.hasReceived = true
    if (each.kind === 'settle') one.isSettled = true
    for (const lease of [one.lease, one.same]) {
      if (each.kind === 'settle') lease.settle(each.result)
      else if (each.kind === 'count failure') lease.countFailure()
      else lease[each.kind]()
    }
  }
}

describe('the books of several workers', () => {
  it('are those of one process, after any sequence of operations and ends of workers', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cluster = startCluster()
        for (const each of steps) run(cluster, each)
        cluster.expectEqual()
        cluster.end(0)
        cluster.end(1)
        cluster.expectEqual()
        expect(cluster.primary.state.totals.inflight).toBe(0)
        expect([1, 2].map((id) => cluster.primary.state.endpoint(id).inflight)).toEqual([0, 0])
      }),
      { numRuns: effort(40, 12) },
    )
  })

  it('count a failure that was withheld when it is counted later, once', () => {
    const { begin, primary, expectEqual } = startCluster()
    const taken = begin(0, { endpointId: 1 })
    const failed: Settlement = { ...empty, outcome: 'failure', withheld: true }
    for (const lease of [taken?.lease, taken?.same]) lease?.settle(failed)
    const failures = () => primary.state.endpoint(1).counters.consecutiveFailures
    expect(failures()).toBe(0)
    for (const lease of [taken?.lease, taken?.lease, taken?.same]) lease?.countFailure()
    expect(failures()).toBe(1)
    expectEqual()
  })

  it('count the usage of an object once, whichever workers report it', () => {
    const { begin, awaited, primary } = startCluster()
    const countsOnce = { blockId: 1, objectId: 'resp_1' }
    const usage = { promptTokens: 5, completionTokens: 7 }
    const result: Settlement = { ...empty, ...usage, outcome: 'success', countsOnce }
    const counted = (): number => primary.state.endpoint(1).counters.completionTokens
    awaited.add('resp_1')
    // Neither has been told of the other's report.
    for (const at of [0, 1, 0] as const) begin(at, { endpointId: 1 })?.lease.settle(result)
    expect(counted()).toBe(7)
    awaited.add('resp_1')
    begin(1, { endpointId: 1 })?.lease.settle(result)
    expect(counted()).toBe(14)
  })

  it('settle what a worker that has ended has left, which says nothing of its endpoints', () => {
    const { begin, end, clock, primary } = startCluster()
    for (let each = 0; each < 2 * policy.failThreshold; each += 1) begin(0, { endpointId: 1 })
    begin(1, { endpointId: 2 })
    clock.advance(3_600_000)
    expect(end(0)).toBe(2 * policy.failThreshold)
    const { watch, counters, inflight, tripped } = primary.state.endpoint(1)
    expect([watch.giveUps, watch.hang, tripped, inflight]).toEqual([0, null, null, 0])
    expect([counters.totalRequests, counters.totalFailures]).toEqual([2 * policy.failThreshold, 0])
    expect(primary.state.totals.inflight).toBe(1)
    expect(end(0)).toBe(0)
  })

  it('ignore what is told of a lease that they do not know', () => {
    const { begin, replayed, primary } = startCluster()
    begin(0, { endpointId: 1 })
    const before = structuredClone(read(primary.state))
    const result: Settlement = { ...empty, outcome: 'failure' }
    expect(replayed.apply(2, { type: 'settle', lease: 1, result })).toBeUndefined()
    expect(replayed.apply(1, { type: 'count failure', lease: 99 })).toBeUndefined()
    expect(read(primary.state)).toEqual(before)
  })

  it('name the endpoint that a message concerns', () => {
    const { begin, replayed, primary } = startCluster()
    begin(0, { endpointId: 2 })
    expect(replayed.apply(1, { type: 'responded', lease: 1 })).toBe(primary.state.endpoint(2))
  })
})
