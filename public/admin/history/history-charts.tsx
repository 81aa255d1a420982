/** The charts of a window of the history, with the changes of the configuration marked. */
import { useMemo } from 'react'
import type { HistoryRangeView } from '../../../src/contract/traffic/history.ts'
import { TimeChart, type Curve } from '../../ui/charts/time-chart.tsx'
import { count, duration, rate } from '../../ui/format/figures.ts'
import { curveOf, perSecond, secondsOf } from './history-figures.ts'
import styles from './history.module.css'
import type { ComparedHistory } from './use-history.ts'

const perSecondText = (value: number): string => `${rate(value)}\u202f/s`

type Read = (range: HistoryRangeView | undefined, length: number) => (number | null)[]

interface Chart {
  readonly label: string
  readonly format: (value: number) => string
  readonly curves: readonly (Curve & { readonly read: Read })[]
}

const requests: Read = (range, length) => perSecond(range, 'requests', length)
const tokens: Read = (range, length) => perSecond(range, 'tokens', length)
const times =
  (figure: keyof HistoryRangeView['points']): Read =>
  (range, length) =>
    curveOf(range, figure, length)

const charts: readonly Chart[] = [
  {
    label: 'Requests',
    format: perSecondText,
    curves: [
      { label: 'requests', color: '--accent', filled: true, read: requests },
      { label: 'failures', color: '--bad', read: (range, length) => perSecond(range, 'failures', length) },
    ],
  },
  {
    label: 'Completion tokens',
    format: perSecondText,
    curves: [{ label: 'tokens', color: '--accent', filled: true, read: tokens }],
  },
  {
    label: 'First token',
    format: duration,
    curves: [
      { label: 'p95', color: '--accent', read: times('first_token_p95_ms') },
      { label: 'p50', color: '--info', read: times('first_token_p50_ms') },
    ],
  },
  {
    label: 'Duration',
    format: duration,
    curves: [
      { label: 'p95', color: '--accent', read: times('duration_p95_ms') },
      { label: 'p50', color: '--info', read: times('duration_p50_ms') },
    ],
  },
  {
    label: 'In flight and waiting',
    format: count,
    curves: [
      { label: 'in flight', color: '--accent', read: (range, length) => curveOf(range, 'inflight', length) },
      { label: 'waiting', color: '--warn', read: (range, length) => curveOf(range, 'waiting', length) },
    ],
  },
]

const SYNC_KEY = 'history'

function HistoryChart({ chart, history }: { readonly chart: Chart; readonly history: ComparedHistory }) {
  const { shown, other } = history
  const [first] = chart.curves
  const data = useMemo(() => {
    const seconds = secondsOf(shown)
    const { length } = seconds
    const values = chart.curves.map(({ read }) => read(shown, length))
    const compared = other && first ? [first.read(other, length)] : []
    return [seconds, ...values, ...compared] as [number[], ...(number | null)[][]]
  }, [chart, shown, other, first])
  // A change in the last step stands at its start, where the curves end.
  const lastS = data[0]?.at(-1) ?? 0
  const curves: Curve[] = [
    ...chart.curves.map(({ label, color, filled = false }) => ({ label, color, filled })),
    ...(other && first ? [{ label: `${first.label}, other time`, color: '--faint' }] : []),
  ]
  return (
    <figure className={styles.chart}>
      <figcaption>{chart.label}</figcaption>
      <TimeChart
        label={`${chart.label} over time`}
        curves={curves}
        data={data}
        format={chart.format}
        syncKey={SYNC_KEY}
        marks={shown.changes.map(({ at }) => Math.min(Date.parse(at) / 1000, lastS))}
      />
    </figure>
  )
}

export const HistoryCharts = ({ history }: { readonly history: ComparedHistory }) => (
  <div className={styles.charts}>
    {charts.map((chart) => (
      <HistoryChart key={chart.label} chart={chart} history={history} />
    ))}
  </div>
)
