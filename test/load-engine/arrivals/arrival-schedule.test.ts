// Tests the invariants of the arrival patterns.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createArrivalSchedule,
  sweepLevels,
  type ScheduledArrival,
} from '../../../src/load-engine/arrivals/arrival-schedule.ts'
import type { Arrival, Sweep } from '../../../src/load-engine/model/arrival.ts'
import { createSeededRandom } from '../../../src/load-engine/platform/seeded-random.ts'
import { createTraceBuilder } from '../../../src/load-engine/traces/trace.ts'

function arrivalsUntil(
  arrival: Arrival,
  until: (due: ScheduledArrival, index: number) => boolean,
  seed = 1,
): ScheduledArrival[] {
  const schedule = createArrivalSchedule(arrival, createSeededRandom(seed))
  const dues: ScheduledArrival[] = []
  for (let next = schedule?.next(); next?.value && !until(next.value, dues.length); next = schedule?.next()) {
    dues.push(next.value)
  }
  return dues
}

const rate = fc.double({ min: 0.5, max: 500, noNaN: true })

describe('arrivals', () => {
  it('at a constant rate have equal gaps', () => {
    fc.assert(
      fc.property(rate, (ratePerS) => {
        for (const [index, { atMs }] of arrivalsUntil(
          { kind: 'constant', ratePerS },
          (_, i) => i >= 200,
        ).entries()) {
          expect(atMs).toBeCloseTo((index * 1000) / ratePerS, 6)
        }
      }),
    )
  })

  it('of a Poisson process have the mean rate and exponential gaps, and repeat with the same seed', () => {
    fc.assert(
      fc.property(rate, fc.integer(), (ratePerS, seed) => {
        const dues = arrivalsUntil({ kind: 'poisson', ratePerS }, (_, index) => index >= 4_000, seed)
        const gaps = dues.map(({ atMs }, index) => atMs - (dues[index - 1]?.atMs ?? 0))
        const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
        const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
        // Six standard errors of the mean of 4,000 gaps.
        expect(Math.abs((mean * ratePerS) / 1000 - 1)).toBeLessThan(6 / Math.sqrt(4_000))
        expect(Math.abs(deviation / mean - 1)).toBeLessThan(0.2)
        expect(gaps.every((gap) => gap >= 0)).toBe(true)
        expect(arrivalsUntil({ kind: 'poisson', ratePerS }, (_, index) => index >= 50, seed)).toEqual(
          dues.slice(0, 50),
        )
      }),
      { numRuns: 40 },
    )
  })

  it('on a ramp are at any time as many as the area under the rate', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.double({ min: 0.5, max: 200, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.01, max: 1.5, noNaN: true }),
        (fromPerS, toPerS, overS, part) => {
          const endS = overS * part
          const ramped = Math.min(endS, overS)
          const area =
            fromPerS * ramped +
            ((toPerS - fromPerS) * ramped ** 2) / (2 * overS) +
            Math.max(0, endS - overS) * toPerS
          const dues = arrivalsUntil(
            { kind: 'ramp', fromPerS, toPerS, overS },
            ({ atMs }) => atMs > endS * 1000,
          )
          expect(Math.abs(dues.length - area)).toBeLessThanOrEqual(1 + 1e-6)
          expect(dues.every(({ atMs }, index) => atMs >= (dues[index - 1]?.atMs ?? 0))).toBe(true)
        },
      ),
    )
  })

  it('of a sweep have each level for one step, then end', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 100, noNaN: true }),
        fc.double({ min: 1, max: 100, noNaN: true }),
        fc.integer({ min: 2, max: 8 }),
        fc.constantFrom('linear' as const, 'geometric' as const),
        (from, to, steps, spacing) => {
          const sweep: Sweep = { kind: 'sweep', over: 'rate', from, to, steps, stepS: 3, spacing }
          const levels = sweepLevels(sweep)
          expect(levels).toHaveLength(steps)
          expect(levels[0]).toBeCloseTo(from, 9)
          expect(levels.at(-1)).toBeCloseTo(to, 9)
          const dues = arrivalsUntil(sweep, () => false)
          for (const [step, level] of levels.entries()) {
            const inStep = dues.filter((due) => due.step === step)
            expect(Math.abs(inStep.length - level * 3)).toBeLessThanOrEqual(1)
            expect(inStep.every(({ atMs }) => atMs >= step * 3000 && atMs < (step + 1) * 3000)).toBe(true)
          }
        },
      ),
    )
  })

  it('of a sweep over parallel requests have no schedule, and its levels are whole numbers', () => {
    const sweep: Sweep = {
      kind: 'sweep',
      over: 'parallel',
      from: 1,
      to: 64,
      steps: 7,
      stepS: 3,
      spacing: 'geometric',
    }
    expect(createArrivalSchedule(sweep, Math.random)).toBeNull()
    expect(sweepLevels(sweep)).toEqual([1, 2, 4, 8, 16, 32, 64])
  })

  it('of a replay have the times of the trace, divided by the speed', () => {
    const builder = createTraceBuilder()
    for (const atMs of [5_000, 6_000, 9_000])
      builder.add({ atMs, inputTokens: 1, outputTokens: 1, blocks: [] })
    const arrival: Arrival = { kind: 'replay', traceId: 't', traceName: 't', speed: 2 }
    const schedule = createArrivalSchedule(arrival, Math.random, builder.build())
    expect([schedule?.next().value, schedule?.next().value, schedule?.next().value]).toEqual([
      { atMs: 0, row: 0 },
      { atMs: 500, row: 1 },
      { atMs: 2_000, row: 2 },
    ])
    expect(schedule?.next().done).toBe(true)
  })
})
