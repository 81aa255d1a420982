import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHitRate } from '../../../src/proxy/load/hit-rate.ts'

it('is the part of the tokens since the first report that were found', () => {
  const next = createHitRate()
  expect(next({ queried: 1_000_000, found: 0 })).toBeUndefined()
  expect(next({ queried: 1_000_100, found: 50 })).toBe(0.5)
})

it('stays as it is while nothing is queried', () => {
  const next = createHitRate()
  next({ queried: 0, found: 0 })
  const rate = next({ queried: 100, found: 25 })
  for (let report = 0; report < 10_000; report += 1) expect(next({ queried: 100, found: 25 })).toBe(rate)
})

it('forgets what is long ago', () => {
  const next = createHitRate()
  let counts = { queried: 0, found: 0 }
  for (let report = 0; report < 60; report += 1) {
    const rate = next(counts)
    if (report === 30) expect(rate).toBeGreaterThan(0.99)
    counts = { queried: counts.queried + 100, found: counts.found + (report < 30 ? 100 : 0) }
  }
  expect(next(counts)).toBeLessThan(0.05)
})

it('takes no harm from counters that start anew', () => {
  const next = createHitRate()
  next({ queried: 5_000, found: 5_000 })
  expect(next({ queried: 10, found: 0 })).toBeUndefined()
  expect(next({ queried: 20, found: 5 })).toBe(0.5)
})

it('lies between 0 and 1 whatever is counted', () => {
  const count = fc.nat({ max: 1_000 })
  fc.assert(
    fc.property(fc.array(fc.record({ queried: count, found: count })), (reports) => {
      const next = createHitRate()
      for (const rate of reports.map(next)) if (rate !== undefined) expect(rate >= 0 && rate <= 1).toBe(true)
    }),
  )
})
