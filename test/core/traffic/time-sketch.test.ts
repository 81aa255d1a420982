// Percentiles told by sketches, compared with those of the sorted times themselves.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSketchBytes, sketchBytes } from '../../../src/core/history/sketch-bytes.ts'
import { keepTimes, takeTimes, type KeptTimes } from '../../../src/core/traffic/kept-times.ts'
import {
  addSketch,
  MAX_BUCKET,
  MAX_TIME_MS,
  percentilesOf,
  RELATIVE_ERROR,
  type TimeSketch,
} from '../../../src/core/traffic/time-sketch.ts'
import { sketchOf } from './sketch-of.ts'

const PERCENTS = [0, 50, 95, 99, 100]

const entries = (sketch: TimeSketch) => [...sketch].toSorted(([a], [b]) => a - b)

/** From a tenth of a millisecond to beyond the longest. */
const time = fc.double({ min: -2.3, max: 16, noNaN: true }).map(Math.exp)
const times = fc.array(time, { maxLength: 200 })

// One byte for a distance below 128 and for each seven bits of a count below 2 ** 35; all distances together are MAX_BUCKET.
const MAX_BYTES = (MAX_BUCKET + 1) * 6 + 1

describe('a sketch of times', () => {
  it('tells any percentile within 5 % of the true one', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 200 }), (all) => {
        const sorted = all.map((ms) => Math.min(MAX_TIME_MS, Math.max(1, ms))).toSorted((a, b) => a - b)
        for (const [index, found] of percentilesOf(sketchOf(all), PERCENTS).entries()) {
          const rank = Math.max(1, Math.ceil((all.length * (PERCENTS[index] ?? 0)) / 100))
          const exact = sorted[rank - 1] ?? Number.NaN
          expect(Math.abs((found ?? Number.NaN) - exact)).toBeLessThanOrEqual(
            exact * RELATIVE_ERROR * 1.000001,
          )
        }
      }),
    )
    expect(percentilesOf(new Map(), [50])).toEqual([null])
  })

  it('of a whole is the sum of those of its parts, however it is divided', () => {
    fc.assert(
      fc.property(fc.array(times, { maxLength: 6 }), (parts) => {
        const sum: TimeSketch = new Map()
        for (const part of parts) addSketch(sum, sketchOf(part))
        expect(entries(sum)).toEqual(entries(sketchOf(parts.flat())))
      }),
    )
  })

  it('is read from its bytes as it was, and these are bounded', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 2 ** 34 }), (all, factor) => {
        const sketch: TimeSketch = new Map([...sketchOf(all)].map(([bucket]) => [bucket, factor]))
        const bytes = sketchBytes(sketch)
        expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES)
        const read: TimeSketch = new Map()
        addSketchBytes(read, bytes)
        expect(entries(read)).toEqual(entries(sketch))
      }),
    )
    const full: TimeSketch = new Map(Array.from({ length: MAX_BUCKET + 1 }, (_, n) => [n, 2 ** 35 - 1]))
    expect(sketchBytes(full).length).toBe((MAX_BUCKET + 1) * 6)
  })
})

it('times are taken once, with those of all steps before, and a minute of them is kept at most', () => {
  const kept: KeptTimes = []
  for (let step = 1; step <= 100; step += 1) keepTimes(kept, step, { firstToken: undefined, duration: 10 })
  const count = (sketch: TimeSketch): number => entries(sketch).reduce((sum, [, some]) => sum + some, 0)
  expect(count(takeTimes(kept, 90).duration)).toBe(20)
  expect(count(takeTimes(kept, 90).duration)).toBe(0)
  expect(count(takeTimes(kept, 100).duration)).toBe(10)
  expect(kept).toEqual([])
})
