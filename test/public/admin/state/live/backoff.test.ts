/** The delay before the page reconnects. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffMs } from '../../../../../public/admin/state/live/event-feed.ts'

it('grows with each attempt, is never longer than 15 s and never shorter than a quarter second', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const pause = backoffMs(attempts, () => random)
      expect(pause).toBeGreaterThanOrEqual(250)
      expect(pause).toBeLessThanOrEqual(15_000)
      expect(backoffMs(attempts + 1, () => random)).toBeGreaterThanOrEqual(pause)
    }),
  )
})
