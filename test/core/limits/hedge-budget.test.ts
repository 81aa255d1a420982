// Moved requests of the last minute, compared with a naive list.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHedgeBudget } from '../../../src/core/limits/hedge-budget.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

it('a hedge budget of one of several processes has its part of the ten', () => {
  const budgets = [1, 2].map(() => createHedgeBudget(manualClock().now, 2))
  let moved = 0
  for (const budget of budgets) for (; budget.hasRoom(); moved += 1) budget.recordHedge()
  expect(moved).toBe(10)
})

it('a hedge budget moves a twentieth of the last minute’s requests, and ten in any case', () => {
  const step = fc.record({
    requests: fc.oneof(fc.nat(3), fc.nat(400)),
    wanted: fc.oneof(fc.nat(2), fc.nat(40)),
    afterMs: fc.oneof(fc.nat(500), fc.nat(20_000), fc.constantFrom(59_000, 60_000, 1e7)),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clock = manualClock()
      const budget = createHedgeBudget(clock.now)
      const arrived: number[] = []
      const moved: number[] = []
      for (const { requests, wanted, afterMs } of steps) {
        clock.advance(afterMs)
        const second = Math.floor(clock.now() / 1_000)
        const inWindow = (seconds: readonly number[]) => seconds.filter((one) => second - one < 60).length
        for (let each = 0; each < requests; each += 1) {
          budget.recordRequest()
          arrived.push(second)
        }
        const most = Math.max(10, Math.floor(inWindow(arrived) / 20))
        for (let each = 0; each < wanted; each += 1) {
          expect(budget.hasRoom()).toBe(inWindow(moved) < most)
          if (!budget.hasRoom()) continue
          budget.recordHedge()
          moved.push(second)
        }
      }
    }),
  )
})
