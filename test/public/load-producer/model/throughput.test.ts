// Tests how Compare judges throughput, and how long presets say that they take.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { basisText } from '../../../../public/load-producer/compare/basis-text.ts'
import { createSeededRandom } from '../../../../src/load-engine/platform/seeded-random.ts'
import { createTimeSeries } from '../../../../src/load-engine/statistics/time-series.ts'
import { applySeriesUpdate } from '../../../../src/load-engine/protocol/apply-series-update.ts'
import { compareRuns } from '../../../../public/load-producer/model/compare-runs.ts'
import { meanInterval } from '../../../../public/load-producer/model/mean-interval.ts'
import { durationText, plannedSeconds, presets } from '../../../../public/load-producer/model/presets.ts'
import { valuesOf, type Series } from '../../../../src/load-engine/model/run-summary.ts'
import type { SavedRun } from '../../../../src/load-engine/model/saved-run.ts'
import { defaultScenario } from '../../../../src/load-engine/model/scenario.ts'
import { someResult, someRun } from '../../../load-engine/some-run.ts'

/** @returns a run of whole seconds with so many answers in each. */
function runOf(answers: readonly number[], failedPerS = 0): SavedRun {
  const series = createTimeSeries()
  for (const [second, count] of answers.entries()) {
    for (let index = 0; index < count; index += 1) series.addResult(second * 1000 + 500, someResult())
    for (let index = 0; index < failedPerS; index += 1)
      series.addResult(second * 1000 + 500, someResult({ outcome: 'http_5xx', status: 503 }))
  }
  const run = someRun({}, [])
  const [card] = run.cards
  if (card === undefined) throw new Error('unreachable')
  const ok = answers.reduce((sum, count) => sum + count, 0)
  const durationMs = answers.length * 1000
  const counts = { ...card.counts, ok, failed: failedPerS * answers.length }
  const { stepS, columns, failures } = series.read(durationMs)
  return { ...run, cards: [{ ...card, durationMs, counts, series: { stepS, columns, failures } as Series }] }
}

const answersOf = (before: SavedRun, after: SavedRun) =>
  compareRuns(before, after)[0]?.deltas.find(({ name }) => name === 'answers')

/** Independent arrivals: the count of each second of a Poisson process. */
function poissonCounts(seed: number, meanPerS: number, seconds: number): number[] {
  const random = createSeededRandom(seed)
  return Array.from({ length: seconds }, () => {
    let count = 0
    for (let left = meanPerS + Math.log(1 - random()); left > 0; left += Math.log(1 - random())) count += 1
    return count
  })
}

describe('the throughput of two runs', () => {
  it('is better or worse only where it differs by more than chance', () => {
    const steady = runOf(poissonCounts(1, 20, 60))
    expect(answersOf(steady, runOf(poissonCounts(2, 30, 60)))?.verdict).toBe('better')
    expect(answersOf(runOf(poissonCounts(2, 30, 60)), steady)?.verdict).toBe('worse')
  })

  it('is called a change for equal loads in less than one of twenty', () => {
    const verdicts = Array.from({ length: 200 }, (_, seed) =>
      answersOf(runOf(poissonCounts(2 * seed, 10, 40)), runOf(poissonCounts(2 * seed + 1, 10, 40))),
    ).map((delta) => delta?.verdict)
    expect(verdicts.filter((verdict) => verdict === 'better' || verdict === 'worse').length).toBeLessThan(10)
  })

  it('counts successes only: fast failures make no run faster', () => {
    const counts = poissonCounts(3, 20, 60)
    const failing = runOf(counts, 100)
    expect(answersOf(runOf(counts), failing)).toMatchObject({ verdict: 'same', changePercent: 0 })
  })

  it('has no verdict where the tester was the limit of a run', () => {
    const tester = {
      isLimit: true,
      isLimitNow: false,
      reasons: ['busy' as const],
      busyPercent: 99,
      limitedPercent: 60,
    }
    const run = runOf(poissonCounts(1, 20, 60))
    const limited = { ...run, cards: run.cards.map((card) => ({ ...card, tester })) }
    const delta = answersOf(limited, runOf(poissonCounts(2, 30, 60)))
    expect(delta?.verdict).toBe('none')
    expect(delta && basisText(delta.basis)).toBe('no test')
  })

  it('says what its verdict rests on, also that the runs are too short for one', () => {
    const delta = answersOf(runOf(poissonCounts(1, 20, 42)), runOf(poissonCounts(2, 20, 42)))
    expect(delta && basisText(delta.basis).replaceAll('\u202f', ' ')).toMatch(
      /^95 % intervals [\d.]+ \/s to [\d.]+ \/s \(20 blocks of 2 s\) and [\d.]+ \/s to .+$/,
    )
    const short = answersOf(runOf([5, 5, 5]), runOf([9, 9, 9]))
    expect(short).toMatchObject({ verdict: 'none', basis: { kind: 'none', reason: 'too short' } })
  })

  it('has an interval that surrounds the mean and narrows with time', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, rate) => {
        const [short, long] = [20, 320].map((seconds) => {
          const counts = poissonCounts(seed, rate, seconds)
          const [card] = runOf(counts).cards
          const mean = counts.reduce((sum, count) => sum + count, 0) / seconds
          const interval = card && meanInterval(card.series, 'okPerS', mean)
          if (!interval) throw new Error('no interval')
          expect(interval.low).toBeLessThanOrEqual(mean)
          expect(interval.high).toBeGreaterThanOrEqual(mean)
          expect(interval.blocks).toBeLessThanOrEqual(40)
          return interval.high - mean
        })
        // A sixteenth of the variance; the spread of the short run is itself uncertain.
        expect(long).toBeLessThan(Math.max(1, (short ?? 0) * 2))
      }),
      { numRuns: 30 },
    )
  })
})

describe('failures over time', () => {
  it('are told apart by kind, also after updates in parts, and add up to all failures', () => {
    const kinds = ['http_4xx', 'http_5xx', 'timeout', 'network'] as const
    const failure = fc.record({ kind: fc.constantFrom(...kinds), atS: fc.integer({ min: 0, max: 30 }) })
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (all, cut) => {
        const series = createTimeSeries(16)
        const ordered = all.toSorted((a, b) => a.atS - b.atS)
        const add = ({ kind, atS }: (typeof all)[number]): void =>
          series.addResult(atS * 1000, someResult({ outcome: kind, status: null }))
        ordered.slice(0, cut).forEach(add)
        const first = applySeriesUpdate(null, series.takeUpdate(31_000))
        ordered.slice(cut).forEach(add)
        const merged = applySeriesUpdate(first, series.takeUpdate(60_000))
        const count = (values: readonly (number | null)[]): number =>
          Math.round(values.reduce<number>((sum, value) => sum + (value ?? 0) * merged.stepS, 0))
        for (const kind of kinds)
          expect(count(valuesOf(merged, { failure: kind }))).toBe(
            all.filter((one) => one.kind === kind).length,
          )
        expect(count(merged.columns.failedPerS)).toBe(all.length)
        for (const { perS } of merged.failures) expect(perS).toHaveLength(merged.columns.atS.length)
      }),
    )
  })
})

describe('a preset', () => {
  it('says how long it takes, or on what that depends', () => {
    const text = Object.fromEntries(
      presets.map(({ id, cards }) => [
        id,
        durationText(cards.map((card) => ({ ...defaultScenario, ...card }))),
      ]),
    )
    expect(text).toMatchObject({
      'latency-baseline': 'Takes as long as the target needs for 100 requests.',
      'ttfb-streaming': 'Takes about 60 seconds, and what its last answers take.',
      'rate-scan': 'Takes about 3 minutes, and what its last answers take.',
      'key-compare': 'Takes as long as the target needs for 500 requests of each card.',
      soak: 'Runs until it is stopped.',
    })
  })

  it('of a plain rate takes its requests divided by the rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        (requests, ratePerS) => {
          const seconds = plannedSeconds({ requests, arrival: { kind: 'poisson', ratePerS } })
          expect((seconds ?? 0) * ratePerS).toBeCloseTo(requests, 3)
        },
      ),
    )
  })
})
