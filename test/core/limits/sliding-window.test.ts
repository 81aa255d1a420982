// The sliding window, compared with a naive list of (time, amount).
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSlidingWindow } from '../../../src/core/limits/sliding-window.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

interface Step {
  readonly afterMs: number
  readonly amount: number
}
const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(
      fc.nat(5),
      fc.nat(700),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.nat(20_000),
      fc.constantFrom(500, 9_499, 9_500, 9_999, 10_000, 10_001, 1e9),
    ),
    amount: fc.integer({ min: 0, max: 5_000 }),
  }),
  { maxLength: 60 },
)
const startMs = fc.double({ min: 1, max: 1e7, noNaN: true })

/** Sums a list of all additions, their times rounded down to buckets. */
function naive(
  list: readonly { atMs: number; amount: number }[],
  nowMs: number,
  windowMs: number,
  buckets: number,
): number {
  const bucketOf = (ms: number): number => Math.floor(ms / (windowMs / buckets))
  return list
    .filter(({ atMs }) => bucketOf(nowMs) - bucketOf(atMs) < buckets)
    .reduce((sum, { amount }) => sum + amount, 0)
}

describe('the sliding window', () => {
  it.each([
    { windowMs: 10_000, buckets: 20 },
    { windowMs: 60_000, buckets: 60 },
    { windowMs: 1_000, buckets: 7 },
    { windowMs: 1_000, buckets: 1 },
  ])('sums as a list of all additions would ($windowMs ms in $buckets)', ({ windowMs, buckets }) => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn: readonly Step[]) => {
        const clock = manualClock(start)
        const window = createSlidingWindow(clock.now, windowMs, buckets)
        const list: { atMs: number; amount: number }[] = []
        for (const { afterMs, amount } of drawn) {
          clock.advance(afterMs)
          window.add(amount)
          list.push({ atMs: clock.now(), amount })
          expect(window.sum()).toBe(naive(list, clock.now(), windowMs, buckets))
        }
        for (let ms = 0; ms <= windowMs; ms += windowMs / buckets / 2) {
          clock.advance(windowMs / buckets / 2)
          expect(window.sum()).toBe(naive(list, clock.now(), windowMs, buckets))
        }
        // Halves of fractional buckets may add up to slightly less than the window.
        clock.advance(1)
        expect(window.sum()).toBe(0)
      }),
    )
  })

  it('sums to exactly 0 once all fractional amounts have left the window', () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(fractions, (amounts) => {
        const clock = manualClock()
        const window = createSlidingWindow(clock.now, 10_000, 20)
        for (const amount of amounts) {
          window.add(amount)
          clock.advance(100)
        }
        clock.advance(10_500)
        expect(window.sum()).toBe(0)
      }),
    )
  })

  it('divides by its age, but by at least one bucket and at most its length', () => {
    fc.assert(
      fc.property(startMs, fc.nat(30_000), (start, ageMs) => {
        const clock = manualClock(start)
        const window = createSlidingWindow(clock.now, 10_000, 20)
        clock.advance(ageMs)
        window.add(1_000)
        const seconds = Math.min(10, Math.max(0.5, ageMs / 1_000))
        expect(window.perSecond()).toBeCloseTo(1_000 / seconds, 6)
      }),
    )
  })

  it('returns a steady rate from the first second on, exact to one bucket', () => {
    fc.assert(
      fc.property(startMs, fc.integer({ min: 1_000, max: 40_000 }), (start, ageMs) => {
        const clock = manualClock(start)
        const window = createSlidingWindow(clock.now, 10_000, 20)
        for (let ms = 0; ms < ageMs; ms += 10) {
          window.add(1)
          clock.advance(10)
        }
        expect(window.perSecond()).toBeGreaterThanOrEqual(94)
        expect(window.perSecond()).toBeLessThanOrEqual(101)
      }),
      { numRuns: 30 },
    )
  })

  it('keeps its sum when the clock stands still or steps back', () => {
    const clock = manualClock(10_000)
    const window = createSlidingWindow(clock.now, 10_000, 20)
    clock.advance(4_000)
    window.add(3)
    clock.advance(-2_000)
    window.add(4)
    expect(window.sum()).toBe(7)
    clock.advance(12_000)
    expect(window.sum()).toBe(0)
  })

  it('starts a new age on reset', () => {
    const clock = manualClock(10_250)
    const window = createSlidingWindow(clock.now, 10_000, 20)
    window.add(500)
    clock.advance(60_000)
    window.add(500)
    window.reset()
    expect(window.sum()).toBe(0)
    clock.advance(2_000)
    window.add(10)
    expect(window.perSecond()).toBe(5)
  })
})
