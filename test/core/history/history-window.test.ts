// The steps of a window of the history, over random windows.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { COARSE_STEP_S, FINE_STEP_S, retentionS } from '../../../src/core/history/history-sample.ts'
import { historyWindow, MAX_POINTS } from '../../../src/core/history/history-window.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2027-03-01T12:34:56.789Z')

const window = fc.record({
  fromMs: fc.integer({ min: NOW_MS - 60 * DAY_MS, max: NOW_MS + DAY_MS }),
  lengthMs: fc.integer({ min: 1, max: 60 * DAY_MS }),
  stepS: fc.option(fc.integer({ min: 10, max: 100_000 }), { nil: undefined }),
})

it('tells any window in bounded steps, from rows that are kept', () => {
  fc.assert(
    fc.property(window, ({ fromMs, lengthMs, stepS }) => {
      const found = historyWindow({ fromMs, toMs: fromMs + lengthMs, stepS }, NOW_MS)
      const points = (found.toS - found.fromS) / found.stepS
      expect(Number.isInteger(points)).toBe(true)
      expect(points).toBeGreaterThan(0)
      expect(points).toBeLessThanOrEqual(MAX_POINTS)
      expect(found.stepS % found.rowStepS).toBe(0)
      expect(found.fromS % found.stepS).toBe(0)
      expect(found.stepS).toBeGreaterThanOrEqual(stepS ?? 0)
      if (found.rowStepS === FINE_STEP_S)
        expect(found.fromS).toBeGreaterThan(NOW_MS / 1000 - retentionS(FINE_STEP_S) - found.stepS)
      else expect(found.rowStepS).toBe(COARSE_STEP_S)
    }),
  )
})

it('covers what is asked, as far as it lies within the retention', () => {
  fc.assert(
    fc.property(window, ({ fromMs, lengthMs, stepS }) => {
      const toMs = Math.min(fromMs + lengthMs, NOW_MS)
      const startMs = Math.max(fromMs, NOW_MS - retentionS(COARSE_STEP_S) * 1000)
      fc.pre(startMs < toMs)
      const found = historyWindow({ fromMs, toMs: fromMs + lengthMs, stepS }, NOW_MS)
      expect(found.fromS * 1000).toBeLessThanOrEqual(startMs)
      expect(found.toS * 1000).toBeGreaterThanOrEqual(toMs)
      expect(found.toS - NOW_MS / 1000).toBeLessThanOrEqual(found.stepS + 1)
    }),
  )
})

it('chooses steps that suit the length', () => {
  const step = (hours: number): number =>
    historyWindow({ fromMs: NOW_MS - hours * 3_600_000, toMs: NOW_MS }, NOW_MS).stepS
  expect([1, 3, 6, 24, 24 * 7, 24 * 35].map(step)).toEqual([10, 30, 60, 300, 1800, 10_800])
})
