// The state that survives a change of the configuration, and the state that a reset clears.
import { describe, expect, it } from 'vitest'
import { zeroEndpointCounters, zeroTokenCounters } from '../../../src/core/state/counters.ts'
import { createGatewayState } from '../../../src/core/state/gateway-state.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { readRates } from '../../../src/core/traffic/read-traffic.ts'
import { requestFor, policy } from '../../support/gateway/closed-loop.ts'
import { createLocalSlots } from '../../../src/core/shared/slots.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const two = configuration([endpointConfig(1), endpointConfig(2)])

function start(configured = two) {
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  const router = createRouter({ state, clock: clock.now, policy })
  const settleOne = (outcome: 'success' | 'failure', id = 1): void => {
    const token = tokenConfig(4, { preferredEndpointId: id })
    const selection = router.acquire(requestFor({ token }))
    if ('refusal' in selection) throw new Error(selection.refusal.detail)
    selection.lease.settle({ outcome, promptTokens: 3, completionTokens: 5, deltas: 0, latencyMs: 9 })
  }
  return { clock, state, router, settleOne }
}
const idsOf = (list: readonly { readonly config: { readonly id: number } }[]) =>
  list.map(({ config }) => config.id)

describe('the gateway state', () => {
  it('keeps runtimes, their counters and open leases when the configuration is replaced', () => {
    const { state, settleOne, router } = start()
    settleOne('success')
    settleOne('failure')
    const held = router.acquire(requestFor())
    const endpoint = state.endpoint(1)
    const before = { ...endpoint.counters }
    const other = state.endpoint(2)
    state.replace(
      configuration([endpointConfig(1, { name: 'renamed', maxConcurrent: 1 }), endpointConfig(3)]),
    )
    expect(state.endpoint(1)).toBe(endpoint)
    expect(endpoint.counters).toEqual(before)
    expect(endpoint.config.name).toBe('renamed')
    expect(endpoint.capacity).toBe(1)
    expect(endpoint.inflight).toBe(1)
    expect(state.totals.inflight).toBe(1)
    expect(state.endpoint(2)).toBe(other)
    if ('lease' in held) held.lease.settle({ ...before, outcome: 'aborted', deltas: 0, latencyMs: 1 })
    expect(endpoint.inflight).toBe(0)
  })

  it('keeps a cooldown when an endpoint is deleted and restored', () => {
    const { clock, state, settleOne, router } = start(configuration([endpointConfig(1)]))
    for (let n = 0; n < 3; n += 1) settleOne('failure')
    state.replace(configuration([]))
    state.replace(configuration([endpointConfig(1)]))
    expect(router.acquire(requestFor())).toMatchObject({ refusal: { code: 'LB_ERR_ALL_COOLING' } })
    clock.advance(20_000)
    expect(router.acquire(requestFor())).toHaveProperty('lease')
  })

  it('lists the enabled endpoints of a block in ascending id, whatever the order of wires', () => {
    const endpoints = [1, 2, 3, 4].map((id) => endpointConfig(id, { enabled: id !== 3 }))
    const blocks = [blockConfig(1), blockConfig(2)]
    const wires = [4, 3, 1].map((endpointId) => ({ blockId: 1, endpointId }))
    const { state } = start(configuration(endpoints, { blocks, wires }))
    expect(idsOf(state.targets(1))).toEqual([1, 4])
    expect(idsOf(state.wires(1).map(({ endpoint }) => endpoint))).toEqual([1, 4])
    expect(state.targets(2)).toEqual([])
    expect(state.targets(3)).toEqual([])
    expect(
      state
        .snapshot()
        .endpointsByBlock.get(1)
        ?.map(({ id }) => id),
    ).toEqual([1, 3, 4])
  })

  it('keeps the live state of wires that stay, and only of those', () => {
    const { state } = start()
    const [first] = state.wires(1)
    state.replace(configuration([endpointConfig(1, { name: 'renamed' }), endpointConfig(3)]))
    expect(state.wires(1)[0]).toBe(first)
    state.replace(configuration([endpointConfig(1, { enabled: false })]))
    state.replace(two)
    expect(state.wires(1)[0]).not.toBe(first)
  })

  it('throws for an id that was never configured', () => {
    expect(() => start().state.endpoint(9)).toThrow('no endpoint 9')
  })

  it('starts with the stored counters and does not write into them', () => {
    const stored = { ...zeroEndpointCounters(), totalRequests: 41, avgLatencyMs: 7 }
    const state = createGatewayState({
      configuration: two,
      counters: { endpoints: new Map([[1, Object.freeze(stored)]]), tokens: new Map() },
      clock: () => 1,
      slots: createLocalSlots(),
      maxConnections: 5,
    })
    const router = createRouter({ state, clock: () => 1, policy })
    const selection = router.acquire(requestFor())
    if ('lease' in selection)
      selection.lease.settle({
        outcome: 'success',
        promptTokens: 1,
        completionTokens: 1,
        deltas: 0,
        latencyMs: 17,
      })
    expect(state.endpoint(1).counters).toMatchObject({ totalRequests: 42, avgLatencyMs: 8 })
    expect(stored.totalRequests).toBe(41)
  })

  it('sets counters and windows to 0 and ends cooldowns on a reset, and keeps open leases', () => {
    const { state, settleOne, router } = start()
    for (let n = 0; n < 3; n += 1) settleOne('failure', 2)
    settleOne('success')
    const held = router.acquire(requestFor())
    state.totals.countUnleased(true)
    state.ledger.takeDirty()
    const { counters } = state.endpoint(2)
    state.resetStatistics()
    expect(state.endpoint(2).counters).toBe(counters)
    expect(counters).toEqual(zeroEndpointCounters())
    expect(state.ledger.token(4)).toEqual(zeroTokenCounters())
    expect(state.totals).toMatchObject({ requestsServed: 0, errors: 0, inflight: 1 })
    expect(readRates(state.traffic.total, state.traffic.timeSpan())).toEqual({
      tokensPerSecond: 0,
      requestsPerSecond: 0,
      errorsPerSecond: 0,
      arrivalsPerSecond: 0,
    })
    expect(state.traffic.endpoint(1)?.inflight).toBe(1)
    expect(state.traffic.endpoint(2)).toBeUndefined()
    expect(() => settleOne('success', 2)).not.toThrow()
    const dirty = state.ledger.takeDirty()
    expect([...dirty.endpoints.keys()].sort()).toEqual([1, 2])
    expect(dirty.tokens.has(4)).toBe(true)
    if ('lease' in held) {
      held.lease.settle({
        outcome: 'success',
        promptTokens: 1,
        completionTokens: 2,
        deltas: 0,
        latencyMs: 1,
      })
    }
    expect(state.totals.inflight).toBe(0)
  })
})
