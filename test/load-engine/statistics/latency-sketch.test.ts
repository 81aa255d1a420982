// Compares the sketch with the sorted list of all added values.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLatencySketch, RELATIVE_ERROR } from '../../../src/load-engine/statistics/latency-sketch.ts'
import { barStartMs } from '../../../src/load-engine/model/run-summary.ts'

const latency = fc.oneof(
  fc.double({ min: 0.001, max: 10, noNaN: true }),
  fc.double({ min: 1, max: 2_000, noNaN: true }),
  fc.double({ min: 1_000, max: 1e7, noNaN: true }),
  fc.constantFrom(1, 10, 100, 1_000, 10_000),
)
const latencies = fc.array(latency, { minLength: 1, maxLength: 400 })
const fractions = [0, 0.001, 0.5, 0.9, 0.95, 0.99, 1]

/** Nearest rank. */
const exact = (values: readonly number[], fraction: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(fraction * values.length) - 1)] ?? NaN

const sketchOf = (values: readonly number[]) => {
  const sketch = createLatencySketch()
  for (const value of values) sketch.add(value)
  return sketch
}

describe('the latency sketch', () => {
  it('is within half a percent of the exact percentiles', () => {
    expect(RELATIVE_ERROR).toBeLessThan(0.005)
    fc.assert(
      fc.property(latencies, (values) => {
        const sketch = sketchOf(values)
        for (const fraction of fractions) {
          const expected = exact(values, fraction)
          expect(Math.abs(sketch.quantile(fraction) - expected)).toBeLessThanOrEqual(expected * 0.005)
        }
      }),
    )
  })

  it('gives the same summary for two merged halves as for the whole, in any order', () => {
    fc.assert(
      fc.property(fc.array(latency), fc.array(latency), (a, b) => {
        const whole = sketchOf([...a, ...b]).summary()
        for (const [first, second] of [
          [a, b],
          [b, a],
        ] as const) {
          const merged = sketchOf(first)
          merged.merge(sketchOf(second))
          expect({ ...merged.summary(), meanMs: 0 }).toEqual({ ...whole, meanMs: 0 })
          if (whole) expect(merged.summary()?.meanMs).toBeCloseTo(whole.meanMs, 3)
        }
      }),
    )
  })

  it('counts every value in the bar between whose bounds it lies', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const { firstBar, bars, count } = sketchOf(values).summary() ?? { firstBar: 0, bars: [], count: 0 }
        expect(bars.reduce((sum, bar) => sum + bar, 0)).toBe(count)
        for (const [index, height] of bars.entries()) {
          // A value at a bound may be counted in either bar.
          const low = barStartMs(firstBar + index) * (1 - 1e-9)
          const high = barStartMs(firstBar + index + 1) * (1 + 1e-9)
          expect(values.filter((value) => value >= low && value <= high).length).toBeGreaterThanOrEqual(
            height,
          )
        }
      }),
    )
  })

  it('has no summary and no quantiles while it is empty', () => {
    expect(createLatencySketch().summary()).toBeNull()
    expect(createLatencySketch().quantile(0.5)).toBeNaN()
  })

  it('has bounded memory for any range of values', () => {
    const sketch = sketchOf([0, 1e-12, 1e15])
    expect(sketch.buckets().counts.byteLength).toBeLessThan(24_000)
    expect(sketch.summary()).toMatchObject({ count: 3, minMs: 0, maxMs: 1e15 })
  })

  it('contains the true percentile in its confidence interval in at least 93 % of 400 samples', () => {
    const median = Math.log(2) * 100
    let hits = 0
    let state = 7
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return (state + 0.5) / 2 ** 32
    }
    for (let round = 0; round < 400; round += 1) {
      const sketch = sketchOf(Array.from({ length: 100 }, () => -Math.log(random()) * 100))
      const [low, high] = sketch.summary()?.confidence.p50Ms ?? [0, 0]
      if (low <= median && median <= high) hits += 1
    }
    expect(hits / 400).toBeGreaterThan(0.93)
  })
})
