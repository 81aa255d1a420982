// The explanation of each endpoint in the log of a failed request.
import { describe, expect, it } from 'vitest'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import type { Scope } from '../../../src/core/lease/scope.ts'
import { explainSelection } from '../../../src/core/routing/explain-selection.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
  tripFor,
} from '../../support/gateway/gateway-fixture.ts'

function start(values: Partial<EndpointConfig> = {}, count = 1) {
  const clock = manualClock()
  const endpoints = Array.from({ length: count }, (_, index) =>
    endpointConfig(index + 1, { name: `e${index + 1}`, ...values }),
  )
  const configured = configuration(endpoints, { routingMode: 'priority' })
  const state = gatewayState(configured, clock.now)
  const endpoint = state.endpoint(1)
  const trip = (probing: boolean, cooldownMs = 2_000): void => {
    endpoint.tripped = tripFor(cooldownMs, clock.now(), probing)
  }
  const explain = (request = requestFor(), failures = new Map()) =>
    explainSelection(state, request, failures, clock.now())
  return { clock, configured, state, endpoint, trip, explain }
}

describe('an endpoint that a failed request did not go to', () => {
  it('is available where it could have been selected', () => {
    expect(start().explain()).toEqual({ e1: 'available' })
  })

  it('is disabled, full or unhealthy', () => {
    expect(start({ enabled: false }).explain()).toEqual({ e1: 'disabled' })
    const { endpoint, explain } = start({ maxConcurrent: 2 })
    endpoint.inflight = 2
    expect(explain()).toEqual({ e1: 'full' })
    endpoint.unhealthy = true
    expect(explain()).toEqual({ e1: 'unhealthy' })
  })

  it('is cooling down or being probed', () => {
    const { clock, trip, explain } = start()
    trip(false)
    expect(explain()).toEqual({ e1: 'cooling down' })
    clock.advance(1_999)
    expect(explain()).toEqual({ e1: 'cooling down' })
    clock.advance(1)
    expect(explain()).toEqual({ e1: 'available' })
    trip(true, -100)
    expect(explain()).toEqual({ e1: 'being probed' })
  })

  it('is cooling down for this client, or this model, where it is for no other', () => {
    const { clock, endpoint, explain } = start()
    const request = requestFor({ token: tokenConfig(1), model: 'm' })
    const explained = (scope: Scope) => {
      endpoint.tripped = { ...tripFor(2_000, clock.now()), scope, isForEveryone: false }
      return [request, requestFor({ token: tokenConfig(2), model: 'n' })].map((one) => explain(one)['e1'])
    }
    const others = 'available'
    expect(explained({ client: 1, model: undefined })).toEqual(['cooling down for this client', others])
    expect(explained({ client: undefined, model: 'm' })).toEqual(['cooling down for this model', others])
    expect(explained({ client: 1, model: 'm' })).toEqual(['cooling down for this client and model', others])
  })

  it('is kept free for the prioritised token, except from that token and from one that prefers it', () => {
    const { state, configured, explain } = start()
    const [prioritised, other] = [tokenConfig(1), tokenConfig(2)]
    const settings = { ...configured.settings, priorityInputTokenId: prioritised.id }
    state.replace({ ...configured, settings, tokens: [prioritised, other] })
    expect(explain(requestFor({ token: other }))).toEqual({ e1: 'kept free' })
    expect(explain(requestFor({ token: prioritised }))).toEqual({ e1: 'available' })
    const preferring = tokenConfig(3, { preferredEndpointId: 1 })
    expect(explain(requestFor({ token: preferring }))).toEqual({ e1: 'available' })
  })
})

describe('the endpoints of a failed request', () => {
  it('that failed it are explained by their error, whatever their state', () => {
    const { state, explain } = start({}, 2)
    expect(explain(requestFor(), new Map([[state.endpoint(2), 'status 500']]))).toEqual({
      e2: 'failed: status 500',
      e1: 'available',
    })
  })

  it('are those of its block, or the one that its token prefers', () => {
    const { state, configured, explain } = start({}, 2)
    state.replace({ ...configured, blocks: [blockConfig(1)], wires: [{ blockId: 1, endpointId: 2 }] })
    expect(explain()).toEqual({ e2: 'available' })
    expect(explain(requestFor({ blockId: 9 }))).toEqual({})
    expect(explain(requestFor({ token: tokenConfig(1, { preferredEndpointId: 2 }) }))).toEqual({
      e2: 'available',
    })
    expect(explain(requestFor({ token: tokenConfig(1, { preferredEndpointId: 1 }) }))).toEqual({})
  })

  it('are only those that were tried where the response had begun', () => {
    const { state, clock } = start({}, 2)
    const failures = new Map([[state.endpoint(1), 'broke off']])
    expect(explainSelection(state, undefined, failures, clock.now())).toEqual({ e1: 'failed: broke off' })
  })

  it('are the first 32 and the number of the others where there are very many', () => {
    const explained = start({}, 1_000).explain()
    expect(Object.keys(explained)).toHaveLength(33)
    expect(explained['(more)']).toBe('968')
  })
})
