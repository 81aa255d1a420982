/** Collects all figures of one run of a card. */
import { createFailureTally } from './failure-tally.ts'
import { goodput, meetsObjectives } from './goodput.ts'
import { createGroupStats } from './group-stats.ts'
import { createMetricSketches, type MetricSketches } from './metric-sketches.ts'
import type { CardSnapshot, SeriesUpdate } from '../protocol/messages.ts'
import { createRecentRates } from './recent-rates.ts'
import type { RequestResult } from '../requests/request-result.ts'
import type { CardSummary, Counts, Groups } from '../model/run-summary.ts'
import type { Objectives } from '../model/scenario.ts'
import { createTimeSeries } from './time-series.ts'

/** All `atMs` are milliseconds since the start of the run. */
export interface CardStats {
  recordArrival(): void
  recordSent(atMs: number): void
  /** @param step - of a sweep; empty for none. */
  recordDropped(atMs: number, step?: string): void
  /** Subtracts arrivals that were still waiting when the run was stopped. */
  discardWaiting(arrivals: number): void
  recordTokens(atMs: number, tokens: number): void
  recordResult(atMs: number, result: RequestResult): void
  counts(): Counts
  figures(): Pick<CardSummary, 'failures' | 'tokens' | 'goodput' | 'latency'>
  recent(atMs: number): CardSnapshot['recent']
  groups(): Groups
  /** @returns the points that changed since the last call. */
  takeSeriesUpdate(atMs: number): SeriesUpdate
  series(atMs: number): CardSummary['series']
  sketches(): MetricSketches
}

/** @param slo - the limits for goodput; they stay the same for the whole run. */
export function createCardStats(slo: Objectives): CardStats {
  const counts = { arrived: 0, sent: 0, ok: 0, failed: 0, cancelled: 0, dropped: 0 }
  const tokens = { prompt: 0, completion: 0, answersWithoutUsage: 0 }
  let good = 0
  const sketches = createMetricSketches()
  const groups = createGroupStats()
  const series = createTimeSeries()
  const recent = createRecentRates()
  const failures = createFailureTally()

  const inFlight = (): number => counts.sent - counts.ok - counts.failed - counts.cancelled
  const countSuccess = (result: RequestResult): void => {
    counts.ok += 1
    if (meetsObjectives(result, slo)) good += 1
    tokens.prompt += result.promptTokens ?? 0
    tokens.completion += result.completionTokens ?? 0
    if (!result.hasUsage) tokens.answersWithoutUsage += 1
    sketches.add(result)
  }
  const recordResult = (atMs: number, result: RequestResult): void => {
    const { outcome } = result
    if (outcome === 'cancelled') counts.cancelled += 1
    else {
      if (outcome === 'ok') countSuccess(result)
      else {
        counts.failed += 1
        failures.add(outcome, result.status, result.detail)
        recent.add(atMs, 'errors', 1)
      }
      recent.add(atMs, 'requests', 1)
      groups.add(result, meetsObjectives(result, slo))
    }
    recent.add(atMs, 'tokens', result.uncountedTokens)
    series.addResult(atMs, result)
    series.sampleInFlight(atMs, inFlight())
  }

  return {
    recordArrival: () => void (counts.arrived += 1),
    recordSent(atMs) {
      counts.sent += 1
      series.sampleInFlight(atMs, inFlight())
    },
    recordDropped(atMs, step = '') {
      counts.dropped += 1
      series.addDropped(atMs)
      if (step !== '') groups.addDropped(step)
    },
    discardWaiting: (arrivals) => void (counts.arrived -= arrivals),
    recordTokens(atMs, added) {
      recent.add(atMs, 'tokens', added)
      series.addTokens(atMs, added)
    },
    recordResult,
    counts: () => ({
      ...counts,
      inFlight: inFlight(),
      waiting: Math.max(0, counts.arrived - counts.sent - counts.dropped),
    }),
    figures: () => ({
      failures: failures.summary(),
      tokens: { ...tokens },
      goodput: goodput(good, counts.ok + counts.failed + counts.dropped, slo),
      latency: sketches.summary(),
    }),
    recent: recent.read,
    groups: groups.summary,
    takeSeriesUpdate: series.takeUpdate,
    series(atMs) {
      const { stepS, columns, failures } = series.read(atMs)
      return { stepS, columns, failures } as CardSummary['series']
    },
    sketches: () => sketches,
  }
}
