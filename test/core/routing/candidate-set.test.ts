import { describe, expect, it } from 'vitest'
import type { Scope } from '../../../src/core/lease/scope.ts'
import { candidateKey, coolingFor, createSetNames } from '../../../src/core/routing/candidate-set.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  tokenConfig,
  tripFor,
} from '../../support/gateway/gateway-fixture.ts'

const state = gatewayState(
  configuration([
    endpointConfig(1, { models: ['a', 'b'] }),
    endpointConfig(2, { models: ['a'] }),
    endpointConfig(3, { models: ['b'] }),
  ]),
  () => 0,
)
const [one, two, three] = [state.endpoint(1), state.endpoint(2), state.endpoint(3)]
const token = (preferredEndpointId: number | null) => tokenConfig(1, { preferredEndpointId })

describe('the key of the candidates of a request', () => {
  it('differs with each fact that selection depends on, and with nothing else', () => {
    type Facts = Parameters<typeof candidateKey>
    const facts: readonly Facts[] = [
      [requestFor(), undefined, [], false, []],
      [requestFor({ blockId: 2 }), undefined, [], false, []],
      [requestFor({ blockId: 12 }), undefined, [], false, []],
      [requestFor({ endpointId: 2 }), undefined, [], false, []],
      [requestFor({ token: token(3) }), undefined, [], false, []],
      [requestFor(), '1', [], false, []],
      [requestFor(), undefined, [one], false, []],
      [requestFor(), undefined, [one, two], false, []],
      [requestFor(), undefined, [], true, []],
      [requestFor(), undefined, [], false, [one]],
      [requestFor(), undefined, [two], false, [one]],
      [requestFor(), '1', [one], true, [two, three]],
    ]
    const keys = facts.map((each) => candidateKey(...each))
    expect(new Set(keys).size).toBe(facts.length)
    expect(
      candidateKey(requestFor({ token: token(null), model: 'b', stream: false }), undefined, [], false, []),
    ).toBe(keys[0])
    // A token of one endpoint may go where the object may.
    expect(candidateKey(requestFor({ endpointId: 2, token: token(2) }), undefined, [], false, [])).toBe(
      keys[3],
    )
  })
})

describe('the endpoints with a cooldown of some requests', () => {
  it('are those of which the request, or one that it may be served as, is concerned', () => {
    const scopes: readonly Scope[] = [
      { client: undefined, model: 'a' },
      { client: undefined, model: 'b' },
    ]
    const cooling = gatewayState(configuration([1, 2, 3].map((id) => endpointConfig(id))), () => 0)
    expect(coolingFor(cooling, requestFor({ model: 'a' }))).toEqual([])
    scopes.forEach((scope, index) => {
      const endpoint = cooling.endpoint(index + 1)
      endpoint.tripped = { ...tripFor(1_000, 0), scope, isForEveryone: false }
      cooling.scopedTrips.add(endpoint)
    })
    // Not cooling any more, and not yet removed.
    cooling.scopedTrips.add(cooling.endpoint(3))
    const idsFor = (models: readonly string[]) => {
      const requests = models.map((model) => requestFor({ model }))
      const targets = { requests, waits: false }
      const request = models.length === 1 ? requestFor({ model: models[0] }) : requestFor({ targets })
      return coolingFor(cooling, request).map(({ config }) => config.id)
    }
    expect([['a'], ['b'], ['c'], ['c', 'b'], ['a', 'b']].map(idsFor)).toEqual([[1], [2], [], [2], [1, 2]])
  })
})

describe('the name of what serves a request', () => {
  const nameOf = createSetNames(state)
  const ofModel = (model: string) => nameOf(requestFor({ model }))
  const ofTargets = (waits: boolean, ...requests: ReturnType<typeof requestFor>[]) =>
    nameOf(requestFor({ targets: { requests, waits } }))

  it('is none where all endpoints of the block may, and one for each other set of them', () => {
    expect(nameOf(requestFor())).toBeUndefined()
    expect(ofModel('a')).toBeDefined()
    expect(ofModel('a')).toBe(ofModel('a'))
    expect(ofModel('a')).not.toBe(ofModel('b'))
  })

  it('tells of a single endpoint only whether it may', () => {
    expect(nameOf(requestFor({ endpointId: 2, model: 'a' }))).toBeUndefined()
    expect(nameOf(requestFor({ endpointId: 2, model: 'b' }))).toBe('0')
    expect(['a', 'b'].map(ofModel)).not.toContain('0')
  })

  it('tells of targets each, in their order, and whether the first is waited for', () => {
    const a = requestFor({ model: 'a' })
    const b = requestFor({ model: 'b' })
    const names = [
      ofTargets(true, a, b),
      ofTargets(false, a, b),
      ofTargets(false, b, a),
      ofTargets(false, a),
      ofTargets(false, requestFor()),
      ofTargets(false, { ...a, endpointId: 1 }),
      ofTargets(false, { ...a, endpointId: 2 }),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(ofTargets(true, a, b)).toBe(names[0])
  })
})
