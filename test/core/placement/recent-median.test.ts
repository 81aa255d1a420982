import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSample, createRecentSamples, medianOf } from '../../../src/core/placement/recent-median.ts'

const around = (value: number) => fc.double({ min: 0.8 * value, max: 1.2 * value, noNaN: true })
const sample = fc.double({ min: 0.01, max: 1_000, noNaN: true })

describe('the median of the latest samples', () => {
  it('is not known before the first sample', () => {
    expect(medianOf(createRecentSamples())).toBeNaN()
  })

  it('stays where the samples are, whatever two of them are, in between', () => {
    fc.assert(
      fc.property(
        fc.array(around(10), { minLength: 7, maxLength: 7 }),
        sample,
        sample,
        (values, one, other) => {
          const samples = createRecentSamples()
          values.forEach((value, index) => {
            addSample(samples, value, 1)
            if (index === 4) addSample(samples, one, 1)
            if (index === 6) addSample(samples, other, 1)
          })
          expect(medianOf(samples)).toBeGreaterThanOrEqual(8)
          expect(medianOf(samples)).toBeLessThanOrEqual(12)
        },
      ),
    )
  })

  it('follows a tenfold change within three samples', () => {
    fc.assert(
      fc.property(
        fc.array(around(10), { minLength: 1, maxLength: 30 }),
        fc.array(around(100), { minLength: 3, maxLength: 3 }),
        (before, after) => {
          const samples = createRecentSamples()
          for (const value of [...before, ...after]) addSample(samples, value, 1)
          expect(medianOf(samples)).toBeGreaterThanOrEqual(80)
        },
      ),
    )
  })

  it('is that of the last nine samples, or of the last three where these are all far from those before', () => {
    type Sample = readonly [value: number, weight: number]
    const naive = (samples: readonly Sample[]): number => {
      const sorted = samples.toSorted(([one], [other]) => one - other)
      const half = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 2
      let below = 0
      return sorted.find(([, weight]) => (below += weight) >= half)?.[0] ?? NaN
    }
    const pair = fc.tuple(fc.constantFrom(1, 2, 3, 4, 9, 12, 36), fc.integer({ min: 1, max: 4 }))
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 30 }), (all) => {
        const samples = createRecentSamples()
        all.forEach(([value, weight], index) => {
          addSample(samples, value, weight)
          const latest = all.slice(0, index + 1).slice(-9)
          const [before, after] = [latest.slice(0, -3), latest.slice(-3)]
          const median = naive(before)
          const isChanged =
            after.every(([each]) => each > 3 * median) || after.every(([each]) => each < median / 3)
          expect(medianOf(samples)).toBe(naive(isChanged ? after : latest))
        })
      }),
      { numRuns: 300 },
    )
  })

  it('weighs samples', () => {
    const samples = createRecentSamples()
    for (const [value, weight] of [
      [1, 1],
      [2, 1],
      [3, 10],
    ] as const)
      addSample(samples, value, weight)
    expect(medianOf(samples)).toBe(3)
  })
})
