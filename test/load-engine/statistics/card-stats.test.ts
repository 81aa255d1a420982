// Tests the statistics of a card: bounded memory and correct figures over a hundred thousand requests.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applySeriesUpdate } from '../../../src/load-engine/protocol/apply-series-update.ts'
import { createCardStats } from '../../../src/load-engine/statistics/card-stats.ts'
import { createFailureTally } from '../../../src/load-engine/statistics/failure-tally.ts'
import { createGroupStats } from '../../../src/load-engine/statistics/group-stats.ts'
import { createLagMeter } from '../../../src/load-engine/statistics/lag-meter.ts'
import { createRecentRates } from '../../../src/load-engine/statistics/recent-rates.ts'
import { createRequestLog } from '../../../src/load-engine/runs/request-log.ts'
import type { RequestResult } from '../../../src/load-engine/requests/request-result.ts'
import { seriesColumns, type Series } from '../../../src/load-engine/model/run-summary.ts'
import { createSeededRandom } from '../../../src/load-engine/platform/seeded-random.ts'
import { createTimeSeries } from '../../../src/load-engine/statistics/time-series.ts'
import { someResult } from '../some-run.ts'

const slo = { ttftMs: 1_000, tpotMs: null, e2eMs: null, goalPercent: 90 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapBytes(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

const random = createSeededRandom(5)
const spread = (): number => 50 * Math.exp(random() * 4)

function drawResult(index: number): RequestResult {
  const ttftMs = spread()
  return someResult({
    outcome: index % 50 === 0 ? 'timeout' : 'ok',
    detail: `failure number ${index}`,
    requestId: `request-${index}`,
    ttfbMs: ttftMs / 2,
    ttftMs,
    e2eMs: ttftMs + spread(),
    tpotMs: spread() / 10,
    gapsMs: [spread() / 10, spread() / 10],
    labels: { ...someResult().labels, endpoint: `vllm-${index % 7}`, rateLimit: `limit-requests=${index}` },
    uncountedTokens: 3,
  })
}

describe('the statistics of a card', () => {
  it('of 100,000 requests use at most 10 MB more memory than those of 20,000', () => {
    const stats = createCardStats(slo)
    const log = createRequestLog()
    const feed = (from: number, to: number): void => {
      for (let index = from; index < to; index += 1) {
        const result = drawResult(index)
        stats.recordArrival()
        stats.recordSent(index * 31)
        stats.recordResult(index * 31, result)
        log.add({ cardId: 'a', cardName: 'a' }, result)
      }
    }
    feed(0, 20_000)
    const before = heapBytes()
    feed(20_000, 100_000)
    // Storing the 80,000 results would take about 60 MB; series and sketches may still grow a little.
    expect(heapBytes() - before).toBeLessThan(10_000_000)
    expect(stats.counts()).toMatchObject({ arrived: 100_000, ok: 98_000, failed: 2_000, inFlight: 0 })
    expect(log.all()).toHaveLength(1_000)
    expect(stats.groups().rateLimit).toHaveLength(51)
    expect(stats.groups().rateLimit.at(-1)?.value).toBe('other')
    const series = stats.series(3_100_000)
    expect(series.columns.atS.length).toBeLessThanOrEqual(600)
    expect(series.stepS).toBe(8)
  })

  it('are within one percent of the exact percentiles of the successes', () => {
    const stats = createCardStats(slo)
    const exact: number[] = []
    for (let index = 0; index < 20_000; index += 1) {
      const result = drawResult(index)
      stats.recordSent(index)
      stats.recordResult(index, result)
      if (result.outcome === 'ok') exact.push(result.ttftMs ?? 0)
    }
    exact.sort((a, b) => a - b)
    const { latency, goodput } = stats.figures()
    for (const [name, fraction] of [
      ['p50Ms', 0.5],
      ['p90Ms', 0.9],
      ['p95Ms', 0.95],
      ['p99Ms', 0.99],
    ] as const) {
      const expected = exact[Math.ceil(fraction * exact.length) - 1] ?? 0
      expect(Math.abs((latency.ttft?.[name] ?? 0) / expected - 1)).toBeLessThan(0.01)
    }
    const good = exact.filter((ms) => ms <= 1_000).length
    expect(goodput).toMatchObject({ good, judged: 20_000, met: good / 20_000 >= 0.9 })
  })
})

describe('the time series', () => {
  const events = fc.array(
    fc.record({ afterMs: fc.oneof(fc.nat(50), fc.nat(3_000), fc.nat(40_000)), isOk: fc.boolean() }),
    { maxLength: 200 },
  )

  it('keeps its sums when steps are merged, and never exceeds its maximum number of points', () => {
    fc.assert(
      fc.property(events, (list) => {
        const series = createTimeSeries(20)
        let atMs = 0
        for (const { afterMs, isOk } of list) {
          atMs += afterMs
          series.addResult(atMs, someResult({ outcome: isOk ? 'ok' : 'timeout', uncountedTokens: 2 }))
        }
        const { stepS, columns } = series.read(atMs + stepEnd)
        expect(columns.atS.length).toBeLessThanOrEqual(20)
        const sum = (column: readonly (number | null)[]): number =>
          column.reduce<number>((all, value) => all + (value ?? 0) * stepS, 0)
        expect(sum(columns.okPerS)).toBeCloseTo(list.filter(({ isOk }) => isOk).length, 6)
        expect(sum(columns.failedPerS)).toBeCloseTo(list.filter(({ isOk }) => !isOk).length, 6)
        expect(sum(columns.tokensPerS)).toBeCloseTo(list.length * 2, 6)
        expect(columns.atS).toEqual(columns.atS.map((_, index) => index * stepS))
      }),
    )
  })

  it('is the same when it is built from updates as when it is read at once', () => {
    fc.assert(
      fc.property(events, (list) => {
        const series = createTimeSeries(20)
        let atMs = 0
        let shown: Series | null = null
        for (const { afterMs, isOk } of list) {
          atMs += afterMs
          series.addResult(atMs, someResult({ outcome: isOk ? 'ok' : 'timeout' }))
          series.sampleInFlight(atMs, afterMs)
          if (afterMs % 3 === 0) shown = applySeriesUpdate(shown, series.takeUpdate(atMs))
        }
        shown = applySeriesUpdate(shown, series.takeUpdate(atMs))
        const whole = series.read(atMs)
        expect(shown.stepS).toBe(whole.stepS)
        for (const name of seriesColumns) expect(shown.columns[name]).toHaveLength(whole.columns[name].length)
        for (const name of ['atS', 'ttftP50', 'e2eP99', 'inFlight', 'okPerS'] as const) {
          expect(shown.columns[name]).toEqual(whole.columns[name])
        }
      }),
    )
  })
})

/** Added to the last event time, so that every step counts as complete. */
const stepEnd = 1e9

describe('the small meters', () => {
  it('compute rates over the last five seconds', () => {
    const rates = createRecentRates()
    for (let ms = 0; ms < 20_000; ms += 10) rates.add(ms, 'requests', 1)
    expect(rates.read(20_000).requestsPerS).toBeCloseTo(100, 0)
    expect(rates.read(20_500).requestsPerS).toBeLessThan(100)
    expect(rates.read(40_000)).toEqual({ requestsPerS: 0, tokensPerS: 0, errorsPerS: 0 })
  })

  it('report the maximum lag of the last seconds and of the whole run', () => {
    const lag = createLagMeter()
    lag.add(1_000, 500)
    lag.add(9_000, 2)
    expect(lag.read(9_000)).toMatchObject({ maxMs: 500, recentMs: 2, warning: false })
  })

  it('count failures by kind and status, and by kind only after a hundred entries', () => {
    const tally = createFailureTally()
    for (let status = 300; status < 800; status += 1) tally.add('http_4xx', status, 'x'.repeat(9_999))
    const summary = tally.summary()
    expect(summary.length).toBeLessThanOrEqual(101)
    expect(summary.reduce((sum, { count }) => sum + count, 0)).toBe(500)
    expect(summary[0]).toMatchObject({ status: null, count: 400 })
    expect(summary[0]?.example).toHaveLength(500)
  })

  it('group by response labels, with a dash for a missing one', () => {
    const groups = createGroupStats()
    groups.add(someResult(), true)
    groups.add(someResult({ outcome: 'network', labels: { ...someResult().labels, endpoint: '–' } }), true)
    expect(groups.summary().endpoint).toMatchObject([
      { value: 'vllm-a', ok: 1, failed: 0 },
      { value: '–', ok: 0, failed: 1, ttft: null },
    ])
  })

  it('return the log entries after a given number', () => {
    const log = createRequestLog(10)
    for (let index = 0; index < 45; index += 1)
      log.add({ cardId: index % 2 ? 'a' : 'b', cardName: 'x' }, someResult())
    expect(log.all().map(({ number }) => number)).toEqual([36, 37, 38, 39, 40, 41, 42, 43, 44, 45])
    expect(log.since(43, 5).map(({ number }) => number)).toEqual([44, 45])
    expect(log.since(0, 3).map(({ number }) => number)).toEqual([43, 44, 45])
    expect(log.since(45, 5)).toEqual([])
    log.forget('a')
    expect(new Set(log.all().map(({ cardId }) => cardId))).toEqual(new Set(['b']))
  })
})
