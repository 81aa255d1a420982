import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecentMedian } from '../../../src/core/placement/recent-median.ts'

const around = (value: number) => fc.double({ min: 0.8 * value, max: 1.2 * value, noNaN: true })
const sample = fc.double({ min: 0.01, max: 1_000, noNaN: true })

describe('the median of the latest samples', () => {
  it('is not known before the first sample', () => {
    expect(createRecentMedian().value()).toBeUndefined()
  })

  it('stays where the samples are, whatever two of them are, in between', () => {
    fc.assert(
      fc.property(
        fc.array(around(10), { minLength: 7, maxLength: 7 }),
        sample,
        sample,
        (values, one, other) => {
          const median = createRecentMedian()
          values.forEach((value, index) => {
            median.add(value, 1)
            if (index === 4) median.add(one, 1)
            if (index === 6) median.add(other, 1)
          })
          expect(median.value()).toBeGreaterThanOrEqual(8)
          expect(median.value()).toBeLessThanOrEqual(12)
        },
      ),
    )
  })

  it('follows a tenfold change within three samples, read at any time', () => {
    fc.assert(
      fc.property(
        fc.array(around(10), { minLength: 1, maxLength: 30 }),
        fc.array(around(100), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        (before, after, isRead) => {
          const median = createRecentMedian()
          for (const value of [...before, ...after]) {
            median.add(value, 1)
            if (isRead || value === before.at(-1)) median.value()
          }
          expect(median.value()).toBeGreaterThanOrEqual(80)
        },
      ),
    )
  })

  it('weighs samples', () => {
    const median = createRecentMedian()
    for (const [value, weight] of [
      [1, 1],
      [2, 1],
      [3, 10],
    ] as const)
      median.add(value, weight)
    expect(median.value()).toBe(3)
  })
})
