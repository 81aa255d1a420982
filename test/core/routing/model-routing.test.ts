// Routing by call and model: which endpoints a request may go to, how quotas hold among those that share a model, and that a queue
// for a busy model does not concern the requests for others.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { createServedModels } from '../../../src/core/models/served-models.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { createClosedLoop, policy, random, requestFor, shares } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const MODELS = ['a', 'b', 'ab', 'c', 'd']
const IDS = [1, 2, 3, 4]
const BLOCKS = [1, 2]
const PATHS = { chat: ['/v1/chat/completions'], rerank: ['/v1/rerank', '/rerank'], score: ['/v1/score'] }
const APIS = Object.keys(PATHS) as (keyof typeof PATHS)[]
const anyCall = fc.constantFrom(...APIS.flatMap((api) => PATHS[api].map((path) => ({ api, path }))))

const anyList = fc.option(
  fc.subarray(MODELS).map((ids) => ids.map((id) => ({ id }))),
  { nil: undefined },
)
const anyField = fc.oneof(
  fc.constant<string[]>([]),
  fc.subarray([...MODELS, 'a*', '*b', '*'], { maxLength: 2 }),
)
const anyConfiguration = fc
  .record({
    fields: fc.tuple(...IDS.map(() => anyField)),
    apis: fc.tuple(...IDS.map(() => fc.oneof(fc.constant<typeof APIS>([]), fc.subarray(APIS)))),
    quotas: fc.tuple(...IDS.map(() => fc.constantFrom(0, 10, 50))),
    wires: fc.subarray(BLOCKS.flatMap((blockId) => IDS.map((endpointId) => ({ blockId, endpointId })))),
    routingMode: fc.constantFrom('percentage' as const, 'priority' as const),
  })
  .map(({ fields, apis, quotas, wires, routingMode }) =>
    configuration(
      IDS.map((id, at) =>
        endpointConfig(id, {
          models: fields[at] ?? [],
          apis: apis[at] ?? [],
          quotaPercent: quotas[at] ?? 0,
        }),
      ),
      { blocks: BLOCKS.map((id) => blockConfig(id)), wires, routingMode },
    ),
  )

const command = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('acquire' as const),
      call: anyCall,
      blockId: fc.constantFrom(...BLOCKS),
      model: fc.option(fc.constantFrom(...MODELS, 'unknown', 'xb'), { nil: undefined, freq: 8 }),
      preferred: fc.option(fc.constantFrom(...IDS), { freq: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('list' as const), id: fc.constantFrom(...IDS), list: anyList }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('route' as const),
      id: fc.constantFrom(...IDS),
      path: anyCall.map(({ path }) => path),
      isMissing: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), next: anyConfiguration }) },
)

describe('a request', () => {
  it('goes only to wired endpoints that serve its call and model, and is refused with 404 exactly where none does', () => {
    fc.assert(
      fc.property(
        anyConfiguration,
        fc.boolean(),
        fc.array(command, { maxLength: 80 }),
        (first, takesUnknown, commands) => {
          const clock = manualClock()
          const state = gatewayState(first, clock.now, 500, takesUnknown)
          const router = createRouter({ state, clock: clock.now, policy })
          let configured = first
          for (const each of commands) {
            if (each.kind === 'list') state.setModelList(state.endpoint(each.id), each.list)
            else if (each.kind === 'route') {
              state.endpoint(each.id).missingRoutes[each.isMissing ? 'add' : 'delete'](each.path)
              state.forgetServed()
            } else if (each.kind === 'replace') state.replace((configured = each.next))
            else {
              const { blockId, call, model, preferred } = each
              const token = tokenConfig(1, { blockId, preferredEndpointId: preferred })
              const allowed = configured.endpoints.filter(
                ({ id }) =>
                  (preferred === null || preferred === id) &&
                  configured.wires.some((wire) => wire.blockId === blockId && wire.endpointId === id),
              )
              const ofCall = allowed.filter(({ apis }) => apis.length === 0 || apis.includes(call.api))
              const ofModel = allowed.filter(({ id, models }) => {
                const { list } = state.endpoint(id)
                return (
                  model === undefined ||
                  createServedModels({ configured: models, mapped: {}, list, takesUnknown }).takes(model)
                )
              })
              const serving = ofCall.filter((endpoint) => ofModel.includes(endpoint))
              const selection = router.acquire(requestFor({ blockId, token, model, ...call }))
              if ('lease' in selection) {
                const { config, missingRoutes } = selection.lease.endpoint
                expect(serving.map(({ id }) => id)).toContain(config.id)
                // One that lacks the route is asked only where all do.
                if (missingRoutes.has(call.path))
                  for (const { id } of serving)
                    expect(state.endpoint(id).missingRoutes.has(call.path)).toBe(true)
              } else if (allowed.length === 0) {
                expect(selection.refusal.code).toMatch(/LB_ERR_(NO_ENDPOINT|PREFERRED_NOT_CONNECTED)/)
              } else {
                expect(serving).toEqual([])
                expect(selection.refusal).toMatchObject({
                  code:
                    ofCall.length === 0 || ofModel.length > 0
                      ? 'LB_ERR_API_NOT_SERVED'
                      : 'LB_ERR_MODEL_NOT_FOUND',
                  retryAfterS: undefined,
                })
              }
            }
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a request that names a model', () => {
  it('leaves the quotas among the endpoints that serve it as configured, for two to five models', () => {
    const quota = fc.integer({ min: 10, max: 60 })
    fc.assert(
      fc.property(
        // Two endpoints for each model, with quotas of their own.
        fc.array(fc.tuple(quota, quota), { minLength: 2, maxLength: 5 }),
        fc.integer(),
        (quotas, seed) => {
          const clock = manualClock()
          const endpoints = quotas.flat().map((quotaPercent, at) => endpointConfig(at + 1, { quotaPercent }))
          const state = gatewayState(configuration(endpoints), clock.now)
          for (const { id } of endpoints)
            state.setModelList(state.endpoint(id), [{ id: `m${Math.floor((id - 1) / 2)}` }])
          const next = random(seed)
          const loop = createClosedLoop({ state, clock, length: () => 1 + Math.floor(next() * 200) })
          // The first model has most of the traffic.
          const tokens = loop.run(4_000 * quotas.length, () =>
            requestFor({ model: `m${Math.floor(next() ** 2 * quotas.length)}` }),
          )
          for (const [at, [one, other]] of quotas.entries()) {
            const ids = [2 * at + 1, 2 * at + 2]
            expect(
              Math.abs((shares(tokens, ids).get(2 * at + 1) ?? 0) - (100 * one) / (one + other)),
            ).toBeLessThan(3)
          }
        },
      ),
      { numRuns: 8 },
    )
  })

  it('leaves the quotas of overlapping endpoints as configured, where the traffic allows it', () => {
    const clock = manualClock()
    const quotas = [50, 25, 25]
    const endpoints = quotas.map((quotaPercent, at) => endpointConfig(at + 1, { quotaPercent }))
    const state = gatewayState(configuration(endpoints), clock.now)
    for (const [id, names] of [
      [1, ['x', 'y']],
      [2, ['x']],
      [3, ['y']],
    ] as const)
      state.setModelList(
        state.endpoint(id),
        names.map((name) => ({ id: name })),
      )
    const next = random(7)
    const loop = createClosedLoop({ state, clock, length: () => 1 + Math.floor(next() * 200) })
    const found = shares(loop.run(20_000, () => requestFor({ model: next() < 0.5 ? 'x' : 'y' })))
    for (const [at, wanted] of quotas.entries())
      expect(Math.abs((found.get(at + 1) ?? 0) - wanted)).toBeLessThan(2)
  })

  it('leaves the shares of one model as they are where another model puts an endpoint far ahead', () => {
    const clock = manualClock()
    const endpoints = [1, 2, 3].map((id) => endpointConfig(id, { quotaPercent: 30 }))
    const state = gatewayState(configuration(endpoints), clock.now)
    for (const [id, names] of [
      [1, ['x', 'y']],
      [2, ['x', 'z']],
      [3, ['y']],
    ] as const)
      state.setModelList(
        state.endpoint(id),
        names.map((name) => ({ id: name })),
      )
    const loop = createClosedLoop({ state, clock, length: () => 100 })
    let turn = 0
    loop.run(300, () => requestFor({ model: ['x', 'y', 'z'][(turn += 1) % 3] }))
    loop.run(20_000, () => requestFor({ model: 'z' }))
    // The first endpoint is far behind the second one here, and level with the third one for `y`.
    loop.run(10, () => requestFor({ model: 'x' }))
    const found = shares(
      loop.run(1_000, () => requestFor({ model: 'y' })),
      [1, 3],
    )
    expect(Math.abs((found.get(1) ?? 0) - 50)).toBeLessThan(5)
  })

  it('does not give an endpoint all of its traffic after a long time without any', () => {
    const clock = manualClock()
    const endpoints = [1, 2].map((id) => endpointConfig(id, { quotaPercent: 50 }))
    const state = gatewayState(configuration(endpoints), clock.now)
    state.setModelList(state.endpoint(1), [{ id: 'x' }, { id: 'y' }])
    state.setModelList(state.endpoint(2), [{ id: 'y' }])
    const loop = createClosedLoop({ state, clock, length: () => 100 })
    loop.run(20_000, () => requestFor({ model: 'x' }))
    const found = shares(loop.run(4_000, () => requestFor({ model: 'y' })))
    expect(Math.abs((found.get(1) ?? 0) - 50)).toBeLessThan(3)
  })
})

describe('the queue', () => {
  it('never holds up a request for a free model behind those for busy ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('busy', 'free'), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        (arrivals, slots) => {
          const endpoints = [1, 2].map((id) => endpointConfig(id, { maxConcurrent: slots, quotaPercent: 50 }))
          const { state, admission, waiting } = startAdmission({ endpoints, tokens: [tokenConfig(1)] })
          state.setModelList(state.endpoint(1), [{ id: 'busy' }])
          state.setModelList(state.endpoint(2), [{ id: 'free' }])
          const held: Lease[] = []
          let busy = 0
          for (const model of arrivals) {
            // One token sends both, so that nothing but the model tells them apart.
            const result = submit(admission, requestFor({ model, token: tokenConfig(1) }))
            if (model === 'free') {
              expect(result.lease?.endpoint.config.id).toBe(2)
              if (result.lease) settle(result.lease, 10)
            } else {
              busy += 1
              if (result.lease) held.push(result.lease)
            }
          }
          expect(held).toHaveLength(Math.min(busy, slots))
          expect(waiting()).toBe(busy - held.length)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('admits to an endpoint with room the first that waits for a model of it, and refuses who waits for none any more', () => {
    const endpoints = [1, 2].map((id) => endpointConfig(id, { maxConcurrent: 1, quotaPercent: 50 }))
    const { state, admission } = startAdmission({ endpoints })
    state.setModelList(state.endpoint(1), [{ id: 'x' }])
    state.setModelList(state.endpoint(2), [{ id: 'y' }])
    const [x, y] = ['x', 'y'].map((model) => submit(admission, requestFor({ model })))
    const waiting = ['x', 'y', 'x', 'y'].map((model) => submit(admission, requestFor({ model })))
    if (!x?.lease || !y?.lease) throw new Error('no lease')
    settle(y.lease, 10)
    expect(waiting.map(({ lease }) => lease?.endpoint.config.id)).toEqual([
      undefined,
      2,
      undefined,
      undefined,
    ])
    settle(x.lease, 10)
    expect(waiting.map(({ lease }) => lease?.endpoint.config.id)).toEqual([1, 2, undefined, undefined])
    state.setModelList(state.endpoint(2), [{ id: 'x' }])
    admission.serveWaiting()
    expect(waiting.map(({ refusal }) => refusal?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      'LB_ERR_MODEL_NOT_FOUND',
    ])
    // The endpoint now serves what waits for the other one as well.
    settle(waiting[1]?.lease as Lease, 10)
    expect(waiting[2]?.lease?.endpoint.config.id).toBe(2)
  })
})
