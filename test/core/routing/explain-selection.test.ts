// What the log of a failed request says of each endpoint.
import { describe, expect, it } from 'vitest'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { explainSelection } from '../../../src/core/routing/explain-selection.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

function start(values: Partial<EndpointConfig> = {}, count = 1) {
  const clock = manualClock()
  const endpoints = Array.from({ length: count }, (_, index) =>
    endpointConfig(index + 1, { name: `e${index + 1}`, ...values }),
  )
  const configured = configuration(endpoints, { routingMode: 'priority' })
  const state = gatewayState(configured, clock.now)
  const endpoint = state.endpoint(1)
  const trip = (probing: boolean, untilMs = clock.now() + 2_000): void => {
    endpoint.tripped = { untilMs, cooldownMs: 2_000, probing }
  }
  const tell = (request = requestFor(), failures = new Map()) =>
    explainSelection(state, request, failures, clock.now())
  return { clock, configured, state, endpoint, trip, tell }
}

describe('an endpoint that a failed request did not go to', () => {
  it('was free, which says that something else was the reason', () => {
    expect(start().tell()).toEqual({ e1: 'available' })
  })

  it('was disabled, unhealthy or full', () => {
    expect(start({ enabled: false }).tell()).toEqual({ e1: 'disabled' })
    const { endpoint, tell } = start({ maxConcurrent: 2 })
    endpoint.inflight = 2
    expect(tell()).toEqual({ e1: 'full' })
    endpoint.unhealthy = true
    expect(tell()).toEqual({ e1: 'unhealthy' })
  })

  it('was cooling down, or had its probe', () => {
    const { clock, trip, tell } = start()
    trip(false)
    expect(tell()).toEqual({ e1: 'cooling down' })
    clock.advance(2_000)
    expect(tell(), 'when that was decided, it still was').toEqual({ e1: 'cooling down' })
    clock.advance(10)
    expect(tell()).toEqual({ e1: 'available' })
    trip(true, clock.now() - 100)
    expect(tell()).toEqual({ e1: 'being probed' })
  })

  it('was kept free for the prioritised token, but not from it, nor from one that prefers it', () => {
    const { state, configured, tell } = start()
    const [prioritised, other] = [tokenConfig(1), tokenConfig(2)]
    const settings = { ...configured.settings, priorityInputTokenId: prioritised.id }
    state.replace({ ...configured, settings, tokens: [prioritised, other] })
    expect(tell(requestFor({ token: other }))).toEqual({ e1: 'kept free' })
    expect(tell(requestFor({ token: prioritised }))).toEqual({ e1: 'available' })
    const preferring = tokenConfig(3, { preferredEndpointId: 1 })
    expect(tell(requestFor({ token: preferring }))).toEqual({ e1: 'available' })
  })
})

describe('the endpoints of a failed request', () => {
  it('that have failed it say how, whatever their standing is', () => {
    const { state, tell } = start({}, 2)
    expect(tell(requestFor(), new Map([[state.endpoint(2), 'status 500']]))).toEqual({
      e2: 'failed: status 500',
      e1: 'available',
    })
  })

  it('are those of its block, or the one that its token prefers', () => {
    const { state, configured, tell } = start({}, 2)
    state.replace({ ...configured, blocks: [blockConfig(1)], wires: [{ blockId: 1, endpointId: 2 }] })
    expect(tell()).toEqual({ e2: 'available' })
    expect(tell(requestFor({ blockId: 9 }))).toEqual({})
    expect(tell(requestFor({ token: tokenConfig(1, { preferredEndpointId: 2 }) }))).toEqual({
      e2: 'available',
    })
    expect(tell(requestFor({ token: tokenConfig(1, { preferredEndpointId: 1 }) }))).toEqual({})
  })

  it('are those that it was sent to alone where its answer had begun', () => {
    const { state, clock } = start({}, 2)
    const failures = new Map([[state.endpoint(1), 'broke off']])
    expect(explainSelection(state, undefined, failures, clock.now())).toEqual({ e1: 'failed: broke off' })
  })

  it('are the first few and a number where there are very many', () => {
    const told = start({}, 1_000).tell()
    expect(Object.keys(told)).toHaveLength(33)
    expect(told['(more)']).toBe('968')
  })
})
