// Routing of requests for model aliases: which target serves, what is waited for, and what a refusal says.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/core/state/configuration.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../../src/core/state/gateway-state.ts'
import { isFull } from '../../../src/core/shared/slots.ts'
import { resolveAlias } from '../../../src/core/routing/resolve-alias.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
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

const IDS = [1, 2, 3, 4]
const MODELS = ['a', 'b', 'c']

const anyTarget = fc.record({
  model: fc.constantFrom(...MODELS, 'unserved'),
  endpoint_id: fc.option(fc.constantFrom(...IDS, 99), { nil: null, freq: 2 }),
})

const anySetting = fc.record({
  models: fc.tuple(...IDS.map(() => fc.subarray(MODELS, { minLength: 1 }))),
  // Of each endpoint: whether it is wired, enabled, in a cooldown, full.
  is: fc.tuple(
    ...IDS.map(() =>
      fc.record({ wired: fc.boolean(), enabled: fc.boolean(), cooling: fc.boolean(), full: fc.boolean() }),
    ),
  ),
  targets: fc.array(anyTarget, { minLength: 1, maxLength: 4 }),
  onFull: fc.constantFrom('wait' as const, 'next' as const),
  preferred: fc.option(fc.constantFrom(...IDS), { nil: null, freq: 4 }),
  tried: fc.subarray(IDS, { maxLength: 2 }),
  routingMode: fc.constantFrom('percentage' as const, 'priority' as const),
})

type Setting = typeof anySetting extends fc.Arbitrary<infer One> ? One : never

function startGateway({ models, is, targets, onFull, routingMode }: Setting) {
  const clock = manualClock()
  const configured = configuration(
    IDS.map((id, at) =>
      endpointConfig(id, { models: models[at] ?? [], enabled: is[at]?.enabled ?? false, maxConcurrent: 1 }),
    ),
    {
      wires: IDS.filter((_id, at) => is[at]?.wired).map((endpointId) => ({ blockId: 1, endpointId })),
      aliases: [aliasConfig(1, { name: 'alias', targets, onFull })],
      routingMode,
    },
  )
  const state = gatewayState(configured, clock.now)
  for (const [at, id] of IDS.entries()) {
    const endpoint = state.endpoint(id)
    if (is[at]?.cooling) endpoint.tripped = tripFor(60_000, clock.now())
    if (is[at]?.full) state.slots.take(endpoint)
  }
  return { state, router: createRouter({ state, clock: clock.now, policy }) }
}

const aliasRequest = (snapshot: Snapshot, values: Partial<RoutingRequest> = {}): RoutingRequest =>
  resolveAlias(requestFor({ model: 'alias', ...values }), snapshot)

/** The endpoints that may serve the target, as the documentation says it. */
function candidatesOf(state: GatewayState, setting: Setting, at: number): EndpointRuntime[] {
  const { model, endpoint_id } = setting.targets[at] ?? { model: '', endpoint_id: null }
  return state
    .targets(1)
    .filter(
      ({ config }) =>
        config.models.includes(model) &&
        (endpoint_id === null || endpoint_id === config.id) &&
        (setting.preferred === null || setting.preferred === config.id) &&
        !setting.tried.includes(config.id),
    )
}

/** @returns the index of the target that serves, with its free endpoints, or the code of the refusal. */
function expected(state: GatewayState, setting: Setting): string | { at: number; free: EndpointRuntime[] } {
  let code = 'none'
  for (const at of setting.targets.keys()) {
    const candidates = candidatesOf(state, setting, at)
    const available = candidates.filter(({ tripped }) => tripped === null)
    const free = available.filter((endpoint) => !isFull(endpoint))
    if (free.length > 0) return { at, free }
    if (available.length > 0) {
      if (setting.onFull === 'wait') return 'LB_ERR_ALL_FULL'
      code = 'LB_ERR_ALL_FULL'
    } else if (candidates.length > 0 && code === 'none') code = 'cooling'
  }
  return code
}

describe('a request for an alias', () => {
  it('is served by the first target with an available endpoint, as far as that has room or is not waited for', () => {
    fc.assert(
      fc.property(anySetting, (setting) => {
        const { state, router } = startGateway(setting)
        const token = tokenConfig(1, { preferredEndpointId: setting.preferred })
        const request = aliasRequest(state.snapshot(), { token })
        const tried = setting.tried.map((id) => state.endpoint(id))
        const law = expected(state, setting)
        const selection = router.acquire(request, tried)
        if ('lease' in selection) {
          if (typeof law === 'string') throw new Error(`served in place of ${law}`)
          expect(law.free).toContain(selection.lease.endpoint)
          expect(selection.lease.request.model).toBe(setting.targets[law.at]?.model)
          return
        }
        const { code } = selection.refusal
        if (law === 'cooling') expect(code).toMatch(/_COOLING$/)
        else if (law !== 'none') expect(code).toBe(law)
        else expect(code).toMatch(/MODEL_NOT_FOUND|NO_ENDPOINT|PREFERRED_NOT_CONNECTED/)
      }),
      { numRuns: 1000 },
    )
  })

  it('waits in a set of its own, which each of its endpoints belongs to', () => {
    fc.assert(
      fc.property(anySetting, (setting) => {
        const { state, router } = startGateway({ ...setting, tried: [] })
        const token = tokenConfig(1, { preferredEndpointId: setting.preferred })
        const request = aliasRequest(state.snapshot(), { token })
        for (const endpoint of state.targets(1)) {
          const serves = [...setting.targets.keys()].some((at) =>
            candidatesOf(state, { ...setting, tried: [] }, at).includes(endpoint),
          )
          expect(router.isWired(request, endpoint)).toBe(serves)
        }
        const others = [undefined, ...MODELS].map((model) => requestFor({ model, token }))
        for (const other of others)
          expect(router.candidateKey(other, [])).not.toBe(router.candidateKey(request, []))
      }),
    )
  })

  const endpoints = [
    endpointConfig(1, { models: ['big'], maxConcurrent: 1 }),
    endpointConfig(2, { models: ['small'], maxConcurrent: 1 }),
  ]
  const targets = [
    { model: 'big', endpoint_id: null },
    { model: 'small', endpoint_id: null },
  ]
  const start = (onFull: 'wait' | 'next') =>
    startAdmission({
      configured: configuration(endpoints, { aliases: [aliasConfig(1, { name: 'alias', targets, onFull })] }),
    })

  it('waits for its first target, although the next one has room', () => {
    const { admission, state } = start('wait')
    const [first, second] = [1, 2].map(() => submit(admission, aliasRequest(state.snapshot())))
    expect(first?.lease?.request.model).toBe('big')
    expect(second?.lease).toBeUndefined()
    if (first?.lease) settle(first.lease, 1)
    expect(second?.lease?.request.model).toBe('big')
  })

  it('goes to the next target where the first is full, and waits for whichever comes free', () => {
    const { admission, state } = start('next')
    const [first, second, third] = [1, 2, 3].map(() => submit(admission, aliasRequest(state.snapshot())))
    expect([first?.lease?.request.model, second?.lease?.request.model]).toEqual(['big', 'small'])
    expect(third?.lease).toBeUndefined()
    if (second?.lease) settle(second.lease, 1)
    expect(third?.lease?.request.model).toBe('small')
  })

  it('goes to the next target while it waits, once the first has no available endpoint left', () => {
    const { admission, state, clock } = start('wait')
    const [, second] = [1, 2].map(() => submit(admission, aliasRequest(state.snapshot())))
    expect(second?.lease).toBeUndefined()
    state.endpoint(1).tripped = tripFor(60_000, clock.now())
    admission.serveWaiting()
    expect(second?.lease?.request.model).toBe('small')
  })

  it('is refused as a missing model where no target is served, with the names that its client may use', () => {
    const configured = configuration(endpoints, {
      blocks: [blockConfig(1, { allowedModels: ['b*', 'alias', 'dead'] })],
      aliases: [
        aliasConfig(1, { name: 'alias', targets }),
        aliasConfig(2, { name: 'dead', targets: [{ model: 'gone', endpoint_id: null }] }),
        aliasConfig(3, { name: 'small', targets: [{ model: 'small', endpoint_id: 1 }] }),
      ],
    })
    const clock = manualClock()
    const state = gatewayState(configured, clock.now)
    const router = createRouter({ state, clock: clock.now, policy })
    const dead = resolveAlias(requestFor({ model: 'dead' }), state.snapshot())
    expect(router.acquire(dead)).toMatchObject({
      refusal: {
        code: 'LB_ERR_MODEL_NOT_FOUND',
        detail: expect.stringMatching(/"dead" does not exist.* Models in reach: alias, big\.$/) as string,
      },
    })
    // An alias hides the model of its name, also where it leads to nothing.
    expect(state.modelNames(1).names).toEqual(['alias', 'big'])
    expect(router.acquire(resolveAlias(requestFor({ model: 'small' }), state.snapshot()))).toMatchObject({
      refusal: { code: 'LB_ERR_MODEL_NOT_FOUND' },
    })
  })
})
