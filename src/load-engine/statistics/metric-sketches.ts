/** One latency sketch for each of the five metrics, for one card or the sum of several. */
import { createLatencySketch, type LatencySketch } from './latency-sketch.ts'
import type { RequestResult } from '../requests/request-result.ts'
import { metricNames, type LatencySummary, type MetricName } from '../model/run-summary.ts'

export interface MetricSketches {
  /** Adds the latencies of a successful request. */
  add(result: RequestResult): void
  merge(other: MetricSketches): void
  of(metric: MetricName): LatencySketch
  summary(): Record<MetricName, LatencySummary | null>
}

const perMetric = <Value>(make: (metric: MetricName) => Value): Record<MetricName, Value> =>
  Object.fromEntries(metricNames.map((metric) => [metric, make(metric)])) as Record<MetricName, Value>

export function createMetricSketches(): MetricSketches {
  const sketches = perMetric(createLatencySketch)
  return {
    add(result) {
      if (result.ttfbMs !== null) sketches.ttfb.add(result.ttfbMs)
      if (result.ttftMs !== null) sketches.ttft.add(result.ttftMs)
      if (result.tpotMs !== null) sketches.tpot.add(result.tpotMs)
      if (result.e2eMs !== null) sketches.e2e.add(result.e2eMs)
      for (const gapMs of result.gapsMs) sketches.itl.add(gapMs)
    },
    merge(other) {
      for (const metric of metricNames) sketches[metric].merge(other.of(metric))
    },
    of: (metric) => sketches[metric],
    summary: () => perMetric((metric) => sketches[metric].summary()),
  }
}
