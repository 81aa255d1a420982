// The router, compared with a naive model of its candidates, over random configurations and histories.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Configuration, EndpointConfig } from '../../../src/core/state/configuration.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { requestFor, policy } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const MAX_CONNECTIONS = 3
const PRIORITISED = tokenConfig(99)

const result = (outcome: Settlement['outcome']): Settlement => ({
  outcome,
  promptTokens: 1,
  completionTokens: outcome === 'success' ? 10 : undefined,
  deltas: 0,
  latencyMs: 5,
})

function start(configured: Configuration, maxConnections = MAX_CONNECTIONS) {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now, maxConnections)
  const router = createRouter({ state, clock: clock.now, policy })
  const select = (values: Partial<RoutingRequest> = {}, tried: readonly number[] = []) =>
    router.acquire(
      requestFor(values),
      tried.map((id) => state.endpoint(id)),
    )
  const acquire = (values: Partial<RoutingRequest> = {}): Lease => {
    const selection = select(values)
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    return selection.lease
  }
  const refusal = (values: Partial<RoutingRequest> = {}, tried: readonly number[] = []) => {
    const selection = select(values, tried)
    return 'refusal' in selection ? selection.refusal : undefined
  }
  const fail = (id: number): void => {
    const token = tokenConfig(1, { preferredEndpointId: id })
    for (let n = 0; n < policy.failThreshold; n += 1) acquire({ token }).settle(result('failure'))
  }
  return { clock, state, select, acquire, refusal, fail }
}

const IDS = [1, 2, 3, 4]
const BLOCKS = [1, 2, 3]
const anyEndpoint = (id: number): fc.Arbitrary<EndpointConfig> =>
  fc
    .record({
      enabled: fc.constantFrom(true, true, true, false),
      quotaPercent: fc.constantFrom(0, 0, 1, 33.3, 100),
      priorityOrder: fc.nat(2),
      maxConcurrent: fc.constantFrom(0, 1, 2, 9),
    })
    .map((values) => endpointConfig(id, values))
const anyConfiguration: fc.Arbitrary<Configuration> = fc
  .record({
    endpoints: fc.tuple(...IDS.map((id) => fc.option(anyEndpoint(id)))),
    blockIds: fc.subarray(BLOCKS, { minLength: 1 }),
    wires: fc.subarray(BLOCKS.flatMap((blockId) => IDS.map((endpointId) => ({ blockId, endpointId })))),
    routingMode: fc.constantFrom('percentage' as const, 'priority' as const),
    prioritised: fc.boolean(),
  })
  .map(({ endpoints, blockIds, wires, routingMode, prioritised }) => {
    const present = endpoints.filter((each) => each !== null)
    const kept = wires.filter(
      ({ blockId, endpointId }) => blockIds.includes(blockId) && present.some(({ id }) => id === endpointId),
    )
    const drawn = configuration(present, {
      blocks: blockIds.map((id) => blockConfig(id)),
      wires: kept,
      routingMode,
    })
    const priorityInputTokenId = prioritised ? PRIORITISED.id : null
    return { ...drawn, settings: { ...drawn.settings, priorityInputTokenId } }
  })

type Command =
  | { kind: 'acquire'; blockId: number; preferred: number | null; tried: readonly number[] }
  | { kind: 'settle'; at: number; outcome: Settlement['outcome']; responded: boolean }
  | { kind: 'advance'; ms: number }
  | { kind: 'replace'; next: Configuration }
  | { kind: 'reset' }
const acquireCommand = fc.record({
  kind: fc.constant('acquire' as const),
  blockId: fc.constantFrom(...BLOCKS),
  preferred: fc.option(fc.constantFrom(...IDS), { freq: 3 }),
  tried: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray(IDS)),
})
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: acquireCommand },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      at: fc.nat(),
      outcome: fc.constantFrom(
        'success' as const,
        'failure' as const,
        'failure' as const,
        'aborted' as const,
      ),
      responded: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(15_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), next: anyConfiguration }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) },
)

/** The state of an endpoint in the naive model. */
interface Model {
  inflight: number
  failures: number
  trip: { readonly untilMs: number; readonly cooldownMs: number; probing: boolean } | null
}

interface Open {
  readonly lease: Lease
  /** The trip that the lease is the probe of. */
  readonly probeOf: Model['trip']
}

/** The breaker of the model: a success at the headers closes it, a failed probe doubles the cooldown. */
function modelSettle(
  endpoint: Model,
  { probeOf }: Open,
  outcome: Settlement['outcome'],
  nowMs: number,
): void {
  const isProbe = probeOf !== null && probeOf === endpoint.trip
  if (outcome !== 'failure') {
    if (isProbe) probeOf.probing = false
    return
  }
  endpoint.failures += 1
  const trip = (cooldownMs: number): void => {
    endpoint.trip = { untilMs: nowMs + cooldownMs, cooldownMs, probing: false }
  }
  if (isProbe) trip(Math.min(300_000, 2 * probeOf.cooldownMs))
  else if (endpoint.trip === null && endpoint.failures >= policy.failThreshold) trip(policy.cooldownS * 1000)
}

describe('the router', () => {
  it('selects only wired endpoints, never a disabled, cooling or full one, and refuses exactly where none is left', () => {
    fc.assert(
      fc.property(anyConfiguration, fc.array(command, { maxLength: 150 }), (first, commands) => {
        const { clock, state, select } = start(first)
        const model = new Map<number, Model>(IDS.map((id) => [id, { inflight: 0, failures: 0, trip: null }]))
        const of = (id: number): Model => model.get(id) as Model
        const open: Open[] = []
        let configured = first
        for (const each of commands) {
          if (each.kind === 'advance') clock.advance(each.ms)
          else if (each.kind === 'replace') {
            configured = each.next
            state.replace(each.next)
          } else if (each.kind === 'reset') {
            state.resetStatistics()
            for (const endpoint of model.values()) Object.assign(endpoint, { failures: 0, trip: null })
          } else if (each.kind === 'settle') {
            const [settled] = open.splice(each.at % Math.max(1, open.length), 1)
            if (settled === undefined) continue
            const { lease, probeOf } = settled
            const endpoint = of(lease.endpoint.config.id)
            const { failures } = endpoint
            if (each.responded) {
              lease.responded()
              if (endpoint.trip === null || endpoint.trip === probeOf)
                Object.assign(endpoint, { failures: 0, trip: null })
            }
            lease.settle(result(each.outcome))
            endpoint.inflight -= 1
            // A response that fails after its headers has not ended the run of failures.
            if (each.outcome === 'failure') endpoint.failures = failures
            modelSettle(endpoint, settled, each.outcome, clock.now())
          } else {
            const known = each.tried.filter((id) =>
              configured.endpoints.some((endpoint) => endpoint.id === id),
            )
            const token = tokenConfig(1, { blockId: each.blockId, preferredEndpointId: each.preferred })
            const selection = select({ blockId: each.blockId, token }, known)
            const wired = configured.endpoints.filter(
              ({ id, enabled }) =>
                enabled &&
                !known.includes(id) &&
                (each.preferred === null || each.preferred === id) &&
                configured.wires.some((wire) => wire.blockId === each.blockId && wire.endpointId === id),
            )
            const warm = wired.filter(({ id }) => {
              const { trip } = of(id)
              return trip === null || (!trip.probing && trip.untilMs <= clock.now())
            })
            const capacity = (endpoint: EndpointConfig): number =>
              Math.min(endpoint.maxConcurrent || Infinity, MAX_CONNECTIONS)
            const free = warm.filter((endpoint) => of(endpoint.id).inflight < capacity(endpoint))
            if ('lease' in selection) {
              const { id } = selection.lease.endpoint.config
              expect(free.map((endpoint) => endpoint.id)).toContain(id)
              expect(selection.lease.endpoint).toBe(state.endpoint(id))
              const { trip } = of(id)
              if (trip) trip.probing = true
              of(id).inflight += 1
              open.push({ lease: selection.lease, probeOf: trip })
              if (configured.settings.routingMode === 'percentage' && each.preferred === null) {
                const chosen = free.find((endpoint) => endpoint.id === id)
                const positive = free.some(({ quotaPercent }) => quotaPercent > 0)
                expect(chosen?.quotaPercent === 0 && positive).toBe(false)
              }
            } else if (wired.length === 0) {
              expect(selection.refusal.code).toBe(
                each.preferred === null ? 'LB_ERR_NO_ENDPOINT' : 'LB_ERR_PREFERRED_NOT_CONNECTED',
              )
            } else if (warm.length === 0) {
              expect(selection.refusal.code).toBe(
                each.preferred === null ? 'LB_ERR_ALL_COOLING' : 'LB_ERR_PREFERRED_COOLING',
              )
              // A retry is suggested after five seconds while a probe is in flight.
              const waits = wired.map(
                ({ id }) => Math.max(0, (of(id).trip?.untilMs ?? 0) - clock.now()) || 5_000,
              )
              expect(selection.refusal.retryAfterS).toBe(Math.max(1, Math.ceil(Math.min(...waits) / 1000)))
            } else {
              expect(selection.refusal.code).toBe('LB_ERR_ALL_FULL')
              const keepsFirst =
                configured.settings.routingMode === 'priority' &&
                configured.settings.priorityInputTokenId !== null &&
                each.preferred === null &&
                warm.length > 1
              expect(free.length).toBeLessThanOrEqual(keepsFirst ? 1 : 0)
            }
          }
          for (const { id } of configured.endpoints) expect(state.endpoint(id).inflight).toBe(of(id).inflight)
          expect(state.totals.inflight).toBe(open.length)
          expect(open.length).toBe([...model.values()].reduce((sum, { inflight }) => sum + inflight, 0))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('refuses with the codes and texts of the wire contract', () => {
    const blocks = [blockConfig(1), blockConfig(2)]
    const wires = [1, 2].map((endpointId) => ({ blockId: 1, endpointId }))
    const { clock, refusal, fail } = start(
      configuration(
        [1, 2].map((id) => endpointConfig(id)),
        { blocks, wires },
      ),
    )
    const preferring = (preferredEndpointId: number, blockId = 1) => ({
      blockId,
      token: tokenConfig(1, { blockId, preferredEndpointId }),
    })
    expect(refusal({ blockId: 2 })).toEqual({
      code: 'LB_ERR_NO_ENDPOINT',
      detail: 'no connected endpoints available',
      retryAfterS: 5,
    })
    expect(refusal({ blockId: 77 })?.code).toBe('LB_ERR_NO_ENDPOINT')
    const notConnected = {
      code: 'LB_ERR_PREFERRED_NOT_CONNECTED',
      detail: 'mapped endpoint not connected',
      retryAfterS: 5,
    }
    expect(refusal(preferring(1, 2))).toEqual(notConnected)
    expect(refusal(preferring(9))).toEqual(notConnected)
    fail(1)
    clock.advance(7_001)
    expect(refusal(preferring(1))).toEqual({
      code: 'LB_ERR_PREFERRED_COOLING',
      detail: 'mapped endpoint currently in cooldown',
      retryAfterS: 13,
    })
    expect(refusal()).toBeUndefined()
    fail(2)
    expect(refusal()).toEqual({
      code: 'LB_ERR_ALL_COOLING',
      detail: 'all connected endpoints in cooldown',
      retryAfterS: 13,
    })
    clock.advance(12_998.5)
    expect(refusal()?.retryAfterS).toBe(1)
    clock.advance(0.5)
    expect(refusal()).toBeUndefined()
  })

  it('suggests a retry after a second where all are full, or the others are cooling', () => {
    const { acquire, refusal, fail } = start(configuration([1, 2].map((id) => endpointConfig(id))), 1)
    const busy = { code: 'LB_ERR_ALL_FULL', detail: 'all connected endpoints are busy', retryAfterS: 1 }
    fail(2)
    const held = acquire()
    expect(refusal()).toEqual(busy)
    expect(refusal({ token: tokenConfig(1, { preferredEndpointId: 1 }) })).toEqual(busy)
    held.settle(result('success'))
    expect(refusal()).toBeUndefined()
  })

  it('selects the preferred endpoint of a token in both modes, whatever the order and the quotas', () => {
    const endpoints = [endpointConfig(1, { quotaPercent: 100, priorityOrder: 0 }), endpointConfig(2)]
    for (const routingMode of ['percentage', 'priority'] as const) {
      const { acquire } = start(configuration(endpoints, { routingMode }), 500)
      const token = tokenConfig(1, { preferredEndpointId: 2 })
      for (let n = 0; n < 50; n += 1) expect(acquire({ token }).endpoint.config.id).toBe(2)
    }
  })

  it('overflows in order of priority and returns to the first with a free slot', () => {
    const endpoints = [3, 1, 2].map((priorityOrder, index) =>
      endpointConfig(index + 1, { priorityOrder, maxConcurrent: 2 }),
    )
    const { acquire, refusal } = start(configuration(endpoints, { routingMode: 'priority' }))
    const leases = Array.from({ length: 6 }, () => acquire())
    expect(leases.map((lease) => lease.endpoint.config.id)).toEqual([2, 2, 3, 3, 1, 1])
    expect(refusal()?.code).toBe('LB_ERR_ALL_FULL')
    leases[1]?.settle(result('success'))
    expect(acquire().endpoint.config.id).toBe(2)
  })

  it('reserves the first endpoint for the prioritised token and selects from the second on for others', () => {
    const drawn = configuration(
      [1, 2, 3].map((id) => endpointConfig(id, { maxConcurrent: 1 })),
      {
        routingMode: 'priority',
      },
    )
    const { acquire, refusal } = start({
      ...drawn,
      settings: { ...drawn.settings, priorityInputTokenId: PRIORITISED.id },
    })
    expect(acquire({ token: tokenConfig(5) }).endpoint.config.id).toBe(2)
    expect(acquire().endpoint.config.id).toBe(3)
    expect(refusal()?.code).toBe('LB_ERR_ALL_FULL')
    expect(refusal({ token: tokenConfig(5) })?.code).toBe('LB_ERR_ALL_FULL')
    expect(acquire({ token: PRIORITISED }).endpoint.config.id).toBe(1)
    const { acquire: alone } = start({
      ...configuration([endpointConfig(1)], { routingMode: 'priority' }),
      settings: { ...drawn.settings, priorityInputTokenId: PRIORITISED.id },
    })
    expect(alone().endpoint.config.id).toBe(1)
  })

  it('allocates nothing that grows with the endpoints or the requests', () => {
    const endpoints = Array.from({ length: 1_000 }, (_, index) =>
      endpointConfig(index + 1, { quotaPercent: index % 10 }),
    )
    const { state, acquire } = start(configuration(endpoints), 500)
    const before = state.wires(1)
    for (let n = 0; n < 2_000; n += 1) acquire().settle(result('success'))
    expect(state.wires(1)).toBe(before)
    expect(before).toHaveLength(1_000)
    const keys = (of: object): string => Object.keys(of).join()
    expect(new Set(before.map(keys)).size).toBe(1)
    expect(new Set(before.map((wire) => keys(wire.endpoint))).size).toBe(1)
  })
})
