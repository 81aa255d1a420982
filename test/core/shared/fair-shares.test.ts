// Max-min fair shares of slots.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fairShares } from '../../../src/core/shared/grants/fair-shares.ts'

describe('fair shares', () => {
  it.each([
    { slots: 10, demands: [2, Infinity, Infinity], shares: [2, 4, 4] },
    { slots: 3, demands: [5, 100], shares: [2, 1] },
    { slots: 2, demands: [1, 1, 1], shares: [1, 1, 0] },
    { slots: 7, demands: [1, 2], shares: [3, 4] },
    { slots: 4, demands: [], shares: [] },
  ])('of $slots slots for demands of $demands are $shares', ({ slots, demands, shares }) => {
    expect(fairShares(slots, demands)).toEqual(shares)
  })

  it('add up to all slots, and none that is short has less than another by more than one', () => {
    const demand = fc.oneof(fc.nat(12), fc.constant(Infinity))
    fc.assert(
      fc.property(fc.nat(60), fc.array(demand, { minLength: 1, maxLength: 8 }), (slots, demands) => {
        const shares = fairShares(slots, demands)
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(slots)
        for (const [index, share] of shares.entries())
          if (share < (demands[index] ?? 0)) expect(Math.max(...shares)).toBeLessThanOrEqual(share + 1)
      }),
    )
  })
})
