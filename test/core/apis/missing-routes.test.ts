import { describe, expect, it } from 'vitest'
import { createMissingRoutes } from '../../../src/core/apis/missing-routes.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'
import { createTimers } from '../../support/gateway/timers.ts'

const PATH = '/v1/rerank'
const rerank = requestFor({ api: 'rerank', path: PATH })
const MINUTES = 60_000

function setup() {
  const clock = manualClock()
  const { timers, setTimer, advance } = createTimers(clock)
  const endpoints = [endpointConfig(1), endpointConfig(2)]
  const state = gatewayState(configuration(endpoints), clock.now)
  let changes = 0
  const routes = createMissingRoutes({ state, setTimer, onChange: () => void (changes += 1) })
  const [first, second] = [state.endpoint(1), state.endpoint(2)]
  const takers = (request = rerank) => state.wires(1, request).map(({ endpoint }) => endpoint.config.id)
  return { state, endpoints, routes, first, second, takers, advance, timers, changes: () => changes }
}

describe('a route that an endpoint lacks', () => {
  it('is not asked of it for five minutes, and others are', () => {
    const { routes, first, takers, advance, changes, timers } = setup()
    expect(routes.learn(first, PATH)).toBe(true)
    expect(takers()).toEqual([2])
    expect(takers(requestFor({ api: 'rerank', path: '/rerank' }))).toEqual([1, 2])
    expect(takers(requestFor({ model: 'm' }))).toEqual([1, 2])
    advance(4 * MINUTES)
    expect(routes.learn(first, PATH), 'it is known').toBe(false)
    expect(takers()).toEqual([2])
    advance(MINUTES)
    expect(takers()).toEqual([1, 2])
    expect(changes()).toBe(2)
    expect(timers.size).toBe(0)
  })

  it('is asked of all again where all lack it, or where it turns out to be there', () => {
    const { routes, first, second, takers } = setup()
    routes.learn(first, PATH)
    routes.learn(second, PATH)
    expect(takers()).toEqual([1, 2])
    routes.forget(first, PATH)
    expect(takers()).toEqual([1])
    routes.forget(first, '/never/learned')
  })

  it('is asked of another backend behind the endpoint, but not because of another setting', () => {
    const { state, endpoints, routes, first, takers } = setup()
    routes.learn(first, PATH)
    const [one, two] = endpoints as [(typeof endpoints)[0], (typeof endpoints)[0]]
    state.replace(configuration([{ ...one, quotaPercent: 5 }, two]))
    expect(takers()).toEqual([2])
    state.replace(configuration([{ ...one, baseUrl: 'http://127.0.0.1:9/other/v1' }, two]))
    expect(takers()).toEqual([1, 2])
  })

  it('is kept within a bound, as clients choose the paths of unknown calls', () => {
    const { routes, first, timers } = setup()
    for (let at = 0; at < 1_000; at += 1) expect(routes.learn(first, `/v1/x${at}`)).toBe(true)
    expect(first.missingRoutes.size).toBe(200)
    expect(timers.size).toBe(200)
    routes.stop()
    expect(timers.size).toBe(0)
  })
})
