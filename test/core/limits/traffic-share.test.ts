// Shares of the last minute's requests, compared with a naive list.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTrafficShare } from '../../../src/core/limits/traffic-share.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

describe('the traffic share', () => {
  it('is each token’s percentage of the requests of the last minute', () => {
    const step = fc.record({
      id: fc.integer({ min: 1, max: 5 }),
      afterMs: fc.oneof(fc.nat(50), fc.nat(3_000), fc.constantFrom(59_000, 60_000, 1e7)),
    })
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.array(step), (startMs, steps) => {
        const clock = manualClock(startMs)
        const share = createTrafficShare(createLocalSums(clock.now))
        const list: { id: number; second: number }[] = []
        for (const { id, afterMs } of steps) {
          clock.advance(afterMs)
          share.record(id)
          const now = Math.floor(clock.now() / 1_000)
          list.push({ id, second: now })
          const recent = list.filter(({ second }) => now - second < 60)
          for (let each = 1; each <= 6; each += 1) {
            const own = recent.filter((request) => request.id === each).length
            expect(share.percent(each)).toBeCloseTo((100 * own) / recent.length, 9)
          }
        }
      }),
    )
  })

  it('is 0 without requests, and after a reset', () => {
    const clock = manualClock()
    const share = createTrafficShare(createLocalSums(clock.now))
    expect(share.percent(1)).toBe(0)
    share.record(1)
    expect(share.percent(1)).toBe(100)
    clock.advance(61_000)
    expect(share.percent(1)).toBe(0)
    share.record(1)
    share.reset()
    expect(share.percent(1)).toBe(0)
  })

  it('counts a bounded number of tokens', () => {
    const share = createTrafficShare(createLocalSums(manualClock().now), 2)
    for (const id of [1, 2, 3]) share.record(id)
    expect(share.percent(1)).toBe(0)
    expect(share.percent(3)).toBeCloseTo(100 / 3, 9)
  })
})
