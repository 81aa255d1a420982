// A worker's own traffic is not counted: the primary counts that of all.
import { expect, it } from 'vitest'
import { sumBuckets } from '../../../src/core/time-buckets.ts'
import { ARRIVALS, ERRORS, REQUESTS, TOKENS } from '../../../src/core/traffic/traffic-buckets.ts'
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
  for (const figure of [TOKENS, REQUESTS, ERRORS, ARRIVALS])
    expect(sumBuckets(traffic.total.recent, figure, 0, Infinity)).toBe(0)
  expect(traffic.total.inflight).toBe(0)
})
