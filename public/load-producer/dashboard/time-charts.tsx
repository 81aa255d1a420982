/** Charts of latency and throughput over time, with a shared crosshair and zoom. */
import { useMemo, useState } from 'react'
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { TimeChart, type Curve } from '../../ui/charts/time-chart.tsx'
import { formatCount, formatMs } from '../../../src/load-engine/report/format-figure.ts'
import {
  failureName,
  type FailureKind,
  type Series,
  type SeriesCurve,
} from '../../../src/load-engine/model/run-summary.ts'
import { firstMetric } from '../model/first-metric.ts'
import { alignSeries } from '../model/align-series.ts'
import styles from './dashboard.module.css'
import { Panel } from './panel.tsx'
import { seriesColor, type ShownCard } from './shown-card.ts'

export interface ChartSource {
  readonly name: string
  readonly series: Series
}

interface Line extends Curve {
  readonly series: Series
  readonly column: SeriesCurve
}

const metrics = [
  { value: 'ttft', label: 'First token' },
  { value: 'tpot', label: 'Per token' },
  { value: 'e2e', label: 'End to end' },
] as const
type Metric = (typeof metrics)[number]['value']

const throughputMetrics = [
  { value: 'requests', label: 'Requests' },
  { value: 'tokens', label: 'Tokens' },
  { value: 'inFlight', label: 'In flight' },
] as const
type ThroughputMetric = (typeof throughputMetrics)[number]['value']

const percentiles = [
  { value: 'P50', label: 'p50' },
  { value: 'P95', label: 'p95' },
  { value: 'P99', label: 'p99' },
] as const
type Percentile = (typeof percentiles)[number]['value']

/** @returns three percentiles for one source; the selected percentile for each of several sources. */
function latencyLines(sources: readonly ChartSource[], metric: Metric, percentile: Percentile): Line[] {
  const [first, ...others] = sources
  if (first === undefined) return []
  if (others.length > 0)
    return sources.map(({ name, series }, index) => ({
      label: `${name} ${percentile.toLowerCase()}`,
      color: seriesColor(index),
      series,
      column: `${metric}${percentile}`,
    }))
  return [
    { label: 'p50', color: '--accent', series: first.series, column: `${metric}P50` },
    { label: 'p95', color: '--info', series: first.series, column: `${metric}P95` },
    { label: 'p99', color: '--warn', series: first.series, column: `${metric}P99` },
  ]
}

/** Kinds that may occur in one run have colours of their own. */
const failureColors: Partial<Record<FailureKind, string>> = {
  http_5xx: '--bad',
  http_4xx: '--accent',
  timeout: '--info',
}

/** @returns a line for each kind of failure of a single source; the sum, where there is one, of each of several. */
function failureLines(series: Series, isSingle: boolean, labelOf: (what: string) => string): Line[] {
  if (isSingle && series.failures.length > 0)
    return series.failures.map(({ kind }) => ({
      label: `${failureName(kind)} /s`,
      color: failureColors[kind] ?? '--muted',
      series,
      column: { failure: kind },
    }))
  const hasFailed = series.columns.failedPerS.some((value) => value !== null && value > 0)
  if (!isSingle && !hasFailed) return []
  return [{ label: labelOf('failed /s'), color: '--bad', series, column: 'failedPerS' }]
}

function throughputLines(sources: readonly ChartSource[], flow: ThroughputMetric): Line[] {
  const isSingle = sources.length === 1
  return sources.flatMap(({ name, series }, index): Line[] => {
    const labelOf = (what: string): string => (isSingle ? what : `${name} ${what}`)
    const color = isSingle ? '--ok' : seriesColor(index)
    if (flow === 'tokens') return [{ label: labelOf('tokens /s'), color, series, column: 'tokensPerS' }]
    if (flow === 'inFlight') return [{ label: labelOf('in flight'), color, series, column: 'inFlight' }]
    const succeeded: Line = { label: labelOf('answered /s'), color, series, column: 'okPerS' }
    const dropped: Line = { label: labelOf('dropped /s'), color: '--warn', series, column: 'droppedPerS' }
    const hasDropped = series.columns.droppedPerS.some((value) => value !== null && value > 0)
    return [succeeded, ...failureLines(series, isSingle, labelOf), ...(hasDropped ? [dropped] : [])]
  })
}

function Lines({ label, lines, format }: LinesProps) {
  const data = useMemo(() => alignSeries(lines), [lines])
  const curves = lines.map(({ label: name, color }) => ({ label: name, color }))
  return (
    <TimeChart
      label={label}
      curves={curves}
      data={data}
      format={format}
      height={190}
      syncKey="time"
      since="start"
    />
  )
}

interface LinesProps {
  readonly label: string
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
}

const perSecond = (value: number): string =>
  value < 10 && value % 1 !== 0 ? value.toFixed(1) : formatCount(value)

export function SourceCharts({ sources }: { readonly sources: readonly ChartSource[] }) {
  const [chosen, setMetric] = useState<Metric>()
  const metric = useMemo(() => chosen ?? firstMetric(sources.map(({ series }) => series)), [chosen, sources])
  const [percentile, setPercentile] = useState<Percentile>('P95')
  const [flow, setFlow] = useState<ThroughputMetric>('requests')
  const latency = useMemo(() => latencyLines(sources, metric, percentile), [sources, metric, percentile])
  const throughput = useMemo(() => throughputLines(sources, flow), [sources, flow])
  return (
    <div className={styles.two}>
      <Panel
        title="Latency"
        controls={
          <>
            {sources.length > 1 && (
              <Segmented
                label="Percentile"
                value={percentile}
                options={percentiles}
                onChange={setPercentile}
              />
            )}
            <Segmented label="Latency of" value={metric} options={metrics} onChange={setMetric} />
          </>
        }
      >
        <Lines label="Latency over time" lines={latency} format={formatMs} />
      </Panel>
      <Panel
        title="Throughput"
        controls={
          <Segmented label="Throughput in" value={flow} options={throughputMetrics} onChange={setFlow} />
        }
      >
        <Lines label="Throughput and errors over time" lines={throughput} format={perSecond} />
      </Panel>
    </div>
  )
}

export function TimeCharts({ shown }: { readonly shown: readonly ShownCard[] }) {
  const sources = shown.map(({ scenario, series }) => ({ name: scenario.name, series }))
  return <SourceCharts sources={sources} />
}
