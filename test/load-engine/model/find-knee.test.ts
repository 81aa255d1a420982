// Tests the search for the highest rate that meets the limits.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../src/load-engine/platform/seeded-random.ts'
import {
  judgeTrial,
  kneeOf,
  nextRate,
  shareInterval,
  type KneeSearch,
  type Trial,
} from '../../../src/load-engine/model/find-knee.ts'

const search: KneeSearch = { fromPerS: 1, toPerS: 1_000, goalPercent: 95, precisionPercent: 5 }

/** Tries rates until the search ends. @param goodShare - of the arrivals at a rate. */
function searchFor(goodShare: (ratePerS: number) => number, fields: Partial<KneeSearch> = {}) {
  const all = { ...search, ...fields }
  const trials: Trial[] = []
  for (let rate = nextRate(trials, all); rate !== null; rate = nextRate(trials, all)) {
    trials.push({ ratePerS: rate, good: Math.round(1_000 * goodShare(rate)), judged: 1_000 })
    if (trials.length > 60) throw new Error('the search does not end')
  }
  return { trials, ...kneeOf(trials, all.goalPercent) }
}

describe('the knee', () => {
  it('is found within the precision, for any capacity in the range, in a logarithmic number of steps', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.01, max: 990, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (capacity, precisionPercent) => {
          const found = searchFor((rate) => (rate <= capacity ? 1 : 0.2), { precisionPercent })
          expect(found.passedPerS).toBeLessThanOrEqual(capacity)
          expect(found.failedPerS).toBeGreaterThan(capacity)
          expect((found.failedPerS ?? 0) / (found.passedPerS ?? 1)).toBeLessThanOrEqual(
            1 + precisionPercent / 100 + 1e-9,
          )
          expect(found.isSure).toBe(true)
          expect(found.trials.length).toBeLessThanOrEqual(18)
        },
      ),
    )
  })

  it('is above the range where every rate passes, and below where the lowest fails', () => {
    expect(searchFor(() => 1)).toMatchObject({ passedPerS: 1_000, failedPerS: null })
    expect(searchFor(() => 0)).toMatchObject({ passedPerS: null, failedPerS: 1 })
  })

  it('is not sure where a rate was judged by few requests', () => {
    const trials = [
      { ratePerS: 1, good: 10, judged: 10 },
      { ratePerS: 2, good: 2, judged: 10 },
    ]
    expect(judgeTrial(trials[0] as Trial, 95)).toBe('unsure')
    expect(judgeTrial(trials[1] as Trial, 95)).toBe('fails')
    expect(kneeOf(trials, 95)).toEqual({ passedPerS: 1, failedPerS: 2, isSure: false })
  })
})

describe('the confidence', () => {
  it('holds: of true shares at the goal, at most one of twenty is called a pass or a fail wrongly', () => {
    const random = createSeededRandom(3)
    const outside = Array.from({ length: 2_000 }, () => {
      const good = Array.from({ length: 300 }, () => random() < 0.9).filter(Boolean).length
      const [low, high] = shareInterval(good, 300)
      return low > 0.9 || high < 0.9
    }).filter(Boolean).length
    expect(outside / 2_000).toBeLessThan(0.07)
  })

  it('has an interval within 0 and 1 that holds the share, and narrows with more requests', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (judged, part) => {
          const good = Math.round(judged * part)
          const [low, high] = shareInterval(good, judged)
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1)
          expect(low - 1e-9).toBeLessThanOrEqual(good / judged)
          expect(high + 1e-9).toBeGreaterThanOrEqual(good / judged)
          const [lower, higher] = shareInterval(good * 4, judged * 4)
          expect(higher - lower).toBeLessThan(high - low)
        },
      ),
    )
  })
})
