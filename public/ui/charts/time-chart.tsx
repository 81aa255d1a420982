/** A line chart over time. */
import { useCallback } from 'react'
import type { AlignedData, Axis, Options, Series } from 'uplot'
import { markLines } from './mark-lines.ts'
import { axisStyle, axisWidth, Plot, type Paint } from './plot.tsx'

export interface Curve {
  readonly label: string
  /** A CSS custom property of the theme, such as `--accent`. */
  readonly color: string
  readonly filled?: boolean
}

interface TimeChartProps {
  /** Accessible name. */
  readonly label: string
  readonly curves: readonly Curve[]
  /** The seconds, then one list of values per curve; null for a gap. */
  readonly data: AlignedData
  /** Must be a stable function, because a new one rebuilds the chart. */
  readonly format: (value: number) => string
  readonly height?: number
  /** Without axes: a sparkline. */
  readonly bare?: boolean
  /** Charts with the same key share their crosshair and zoom. */
  readonly syncKey?: string | undefined
  /** Origin of the seconds: the epoch, or the start of a run. */
  readonly since?: 'epoch' | 'start'
  /** Seconds at which something has happened: numbered lines. */
  readonly marks?: readonly number[]
}

const twoDigits = (value: number): string => String(Math.floor(value)).padStart(2, '0')

/** `1:05`, `1:02:05`. */
export function elapsedTime(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const rest = twoDigits(seconds % 60)
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${rest}`
}

/** Possible seconds between two axis labels; at least one, so that no two labels show the same time. */
const TIME_INCREMENTS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400,
]

const DAY_S = 86_400
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })

const clockTime = (seconds: number): string => {
  const at = new Date(seconds * 1000)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')
}

/** `28 Nov 14:05`. */
const dayAndTime = (seconds: number): string =>
  `${day.format(new Date(seconds * 1000))} ${clockTime(seconds).slice(0, 5)}`

function seriesOf(paint: Paint, curves: readonly Curve[], format: (value: number) => string): Series[] {
  return curves.map(({ label, color, filled }) => {
    const stroke = paint(color)
    return {
      label,
      stroke,
      width: 1.5,
      points: { show: false },
      value: (_plot, value: number | null) => (value === null ? '–' : format(value)),
      ...(filled && { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.16)') }),
    }
  })
}

const NO_MARKS: readonly number[] = []

export function TimeChart({
  label,
  curves,
  data,
  format,
  height = 160,
  bare = false,
  syncKey,
  since = 'epoch',
  marks = NO_MARKS,
}: TimeChartProps) {
  const shape = JSON.stringify(curves)
  const marked = JSON.stringify(marks)
  const [seconds] = data
  const spansDays = since === 'epoch' && (seconds.at(-1) ?? 0) - (seconds[0] ?? 0) >= DAY_S / 2
  const build = useCallback(
    (paint: Paint): Omit<Options, 'width' | 'height'> => {
      const time = since === 'start' ? elapsedTime : spansDays ? dayAndTime : clockTime
      const axis = axisStyle(paint)
      const hidden: Axis = { show: false }
      return {
        series: [
          { label: 'at', value: (_plot, at: number | null) => (at === null ? '–' : time(at)) },
          ...seriesOf(paint, JSON.parse(shape) as Curve[], format),
        ],
        axes: bare
          ? [hidden, hidden]
          : [
              {
                ...axis,
                grid: { show: false },
                size: 28,
                space: spansDays ? 96 : 64,
                values: (_plot, at) => at.map(time),
                ...(since === 'start' && { incrs: TIME_INCREMENTS_S }),
              },
              { ...axis, size: axisWidth, values: (_plot, values) => values.map(format) },
            ],
        scales: {
          x: { time: since === 'epoch' },
          y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] },
        },
        plugins: [markLines(paint('--info'), JSON.parse(marked) as number[])],
        legend: { show: !bare },
        cursor: {
          show: !bare,
          y: false,
          points: { size: 7 },
          ...(syncKey !== undefined && { sync: { key: syncKey } }),
        },
        // The right padding leaves room for half of the last time label.
        padding: bare ? [4, 0, 0, 0] : [8, 26, 0, 0],
      }
    },
    [shape, format, bare, syncKey, since, spansDays, marked],
  )
  return <Plot {...{ label, data, height, build }} />
}
