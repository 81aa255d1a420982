// A worker's own traffic is not counted: the primary counts that of all.
import { expect, it } from 'vitest'
import { createUncountedTraffic } from '../../../src/core/traffic/uncounted-traffic.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

it('counts nothing', () => {
  const traffic = createUncountedTraffic(manualClock().now)
  const counts = traffic.begin({ blockId: 1, token: null }, 1, { model: 'm', aliasId: undefined })
  traffic.settle(counts, {
    outcome: 'success',
    promptTokens: 1,
    completionTokens: 1,
    deltas: 1,
    latencyMs: 1,
  })
  traffic.countUnleased({ blockId: 1, token: null }, true)
  expect(traffic.block(1)).toBeUndefined()
  expect(traffic.endpoint(1)).toBeUndefined()
  expect(traffic.wire(1, 1)).toBeUndefined()
  expect([...traffic.models()]).toEqual([])
  expect(traffic.total.recent.sums.every((sum) => sum === 0)).toBe(true)
  expect(traffic.total.inflight).toBe(0)
})
