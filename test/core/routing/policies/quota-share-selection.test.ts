// Single selections of percentage mode, whose laws are tested over many.
import { describe, expect, it } from 'vitest'
import { createDecisionLog } from '../../../../src/core/decisions/decision-log.ts'
import { createRouter } from '../../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../../src/core/routing/routing-request.ts'
import type { EndpointConfig } from '../../../../src/core/state/configuration.ts'
import { policy, requestFor } from '../../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../../support/gateway/gateway-fixture.ts'

const byQuota = (endpoints: readonly EndpointConfig[]) =>
  configuration(endpoints, { placement: 'quota_order' })
const quota = (id: number, quotaPercent: number, maxConcurrent = 0): EndpointConfig =>
  endpointConfig(id, { quotaPercent, maxConcurrent })

function start(endpoints: readonly EndpointConfig[]) {
  const clock = manualClock()
  const state = gatewayState(byQuota(endpoints), clock.now)
  const decisions = createDecisionLog({ clock: clock.now, now: clock.now })
  const router = createRouter({ state, clock: clock.now, policy, decisions })
  const acquire = (values: Partial<RoutingRequest> = {}) => {
    const selection = router.acquire(requestFor(values))
    return 'lease' in selection ? selection.lease : undefined
  }
  const end = (lease: ReturnType<typeof acquire>, completionTokens: number): void =>
    lease?.settle({ outcome: 'success', promptTokens: 1, completionTokens, deltas: 0, latencyMs: 1 })
  const states = () =>
    decisions.list({}, 1)[0]?.candidates.map(({ endpointId, state }) => [endpointId, state])
  return { state, router, acquire, end, states }
}

describe('an endpoint that joins', () => {
  it('joins where its block is served by what was charged in the end, not by estimates that were refunded', () => {
    const { state, acquire, end } = start([quota(1, 50)])
    const running = [acquire(), acquire()]
    for (const lease of running) end(lease, 1)
    state.replace(byQuota([quota(1, 50), quota(2, 50)]))
    const served = [1, 2, 3, 4].map(() => acquire({ maxTokens: 10 })?.endpoint.config.id)
    expect(served.toSorted()).toEqual([1, 1, 2, 2])
  })

  it('joins at the first selection that has room, not at a request that finds all endpoints full', () => {
    const { state, acquire } = start([quota(1, 0, 1), quota(2, 0, 1)])
    for (const id of [1, 2]) acquire({ token: tokenConfig(1, { preferredEndpointId: id }) })
    const before = state.wires(1).map((wire) => ({ ...wire }))
    expect(acquire()).toBeUndefined()
    expect(state.wires(1)).toEqual(before)
  })
})

describe('an endpoint that is passed over', () => {
  it('is ahead of its share, or takes overflow only', () => {
    const { acquire, states } = start([quota(1, 50), quota(2, 50), quota(3, 0)])
    acquire()
    acquire()
    expect(states()).toEqual([
      [1, 'ahead of its share'],
      [2, 'eligible'],
      [3, 'overflow only'],
    ])
  })

  it('is ahead of its share where all take overflow', () => {
    const { acquire, states } = start([quota(1, 0), quota(2, 0)])
    acquire()
    acquire()
    expect(states()).toEqual([
      [1, 'ahead of its share'],
      [2, 'eligible'],
    ])
  })

  it('is kept free for no client', () => {
    const { router } = start([quota(1, 50), quota(2, 50)])
    expect(router.reservesFirst(requestFor({ token: tokenConfig(1) }))).toBe(false)
  })
})
