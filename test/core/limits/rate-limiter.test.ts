// The rate limiter, compared with a naive bucket that is refilled continuously.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateLimiter } from '../../../src/core/limits/rate-limiter.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

const perMinute = fc.oneof(
  fc.constantFrom(1, 2, 3, 7, 60, 300, 900, 1_001),
  fc.integer({ min: 1, max: 5_000 }),
)
// Up to half a year of uptime, where the clock's floating-point resolution becomes coarse.
const startMs = fc.oneof(fc.constant(1), fc.double({ min: 1, max: 2e10, noNaN: true }))
const gaps = fc.array(
  fc.oneof(fc.nat(30), fc.double({ min: 0, max: 3_000, noNaN: true }), fc.nat(90_000), fc.constant(1e9)),
  { minLength: 1, maxLength: 200 },
)

const burst = (limiter: { take(key: string): number }, tries: number): number => {
  let passed = 0
  for (let n = 0; n < tries; n += 1) if (limiter.take('a') === 0) passed += 1
  return passed
}

describe('the rate limiter', () => {
  it('allows a burst of exactly the sustained rate after a minute without actions', () => {
    fc.assert(
      fc.property(perMinute, startMs, (rate, start) => {
        const clock = manualClock(start)
        const limiter = createRateLimiter(clock.now, rate)
        expect(burst(limiter, rate + 5)).toBe(rate)
        clock.advance(60_000)
        expect(burst(limiter, rate + 5)).toBe(rate)
      }),
    )
  })

  it('never allows more than a burst plus the refill since', () => {
    fc.assert(
      fc.property(perMinute, startMs, gaps, (rate, start, drawn) => {
        const clock = manualClock(start)
        const limiter = createRateLimiter(clock.now, rate)
        let level = rate
        for (const gap of drawn) {
          clock.advance(gap)
          level = Math.min(rate, level + (gap * rate) / 60_000)
          const passed = burst(limiter, 3)
          expect(passed).toBeLessThanOrEqual(level + 0.01)
          expect(passed).toBeGreaterThanOrEqual(Math.min(3, Math.floor(level - 0.01)))
          level -= passed
        }
      }),
    )
  })

  it('returns the exact wait', () => {
    fc.assert(
      fc.property(perMinute, startMs, gaps, (rate, start, drawn) => {
        const clock = manualClock(start)
        const limiter = createRateLimiter(clock.now, rate)
        burst(limiter, rate)
        for (const gap of drawn) {
          clock.advance(gap)
          const waitS = limiter.take('a')
          if (waitS === 0) continue
          const earlyMs = Math.min(1, (waitS * 1000) / 2)
          expect(waitS).toBeLessThanOrEqual(60 / rate + 0.001)
          clock.advance(waitS * 1000 - earlyMs)
          // The limiter tolerates a tenth of a millisecond.
          if (earlyMs > 0.11) expect(limiter.check('a')).toBeGreaterThan(0)
          clock.advance(earlyMs)
          expect(limiter.take('a')).toBe(0)
        }
      }),
    )
  })

  it('limits each key separately, and does not count refused actions', () => {
    const clock = manualClock()
    const limiter = createRateLimiter(clock.now, 2)
    expect([limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual([0, 0, 0])
    for (let n = 0; n < 100; n += 1) expect(limiter.take('a')).toBeCloseTo(30, 9)
    clock.advance(30_000)
    expect(limiter.take('a')).toBe(0)
  })

  it('does not count on check', () => {
    const clock = manualClock()
    const limiter = createRateLimiter(clock.now, 1)
    for (let n = 0; n < 10; n += 1) expect(limiter.check('a')).toBe(0)
    expect(limiter.take('a')).toBe(0)
    for (let n = 0; n < 10; n += 1) expect(limiter.check('a')).toBe(60)
  })

  it('stores a bounded number of keys and drops the least recently used', () => {
    const limiter = createRateLimiter(manualClock().now, 1, 3)
    for (const key of ['a', 'b', 'c']) limiter.take(key)
    limiter.check('a')
    limiter.take('d')
    expect(limiter.check('a')).toBeGreaterThan(0)
    expect(limiter.check('b')).toBe(0)
    expect(limiter.check('d')).toBeGreaterThan(0)
  })
})
