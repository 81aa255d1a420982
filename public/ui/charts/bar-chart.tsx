/** A histogram of one group of values, or of several overlaid groups. */
import { useCallback, useMemo } from 'react'
import '../browser/valid-language.ts'
import uPlot, { type AlignedData, type Options } from 'uplot'
import { axisStyle, axisWidth, Plot, type Paint } from './plot.tsx'

interface BarGroup {
  readonly label: string
  /** A CSS custom property of the theme, such as `--accent`. */
  readonly color: string
  /** One count per bar. */
  readonly counts: readonly number[]
}

interface BarChartProps {
  /** Accessible name. */
  readonly label: string
  /** The lower bound of each bar, then the upper bound of the last; not necessarily at equal distances. */
  readonly bounds: readonly number[]
  readonly groups: readonly BarGroup[]
  /** Formats a bound. Must be a stable function, because a new one rebuilds the chart. */
  readonly format: (value: number) => string
  readonly height?: number
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** Only whole steps for the axis, because counts are whole numbers. */
const WHOLE_STEPS = Array.from({ length: 12 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat()

const totals = ([, ...groups]: AlignedData): string[] => [
  'all',
  ...groups.map((counts) => whole.format([...counts].reduce<number>((sum, count) => sum + (count ?? 0), 0))),
]

export function BarChart({ label, bounds, groups, format, height = 160 }: BarChartProps) {
  const bars = bounds.length - 1
  const shape = JSON.stringify({ bounds, groups: groups.map((group) => [group.label, group.color]) })
  const data = useMemo(
    (): AlignedData => [
      Array.from({ length: bars }, (_, index) => index),
      ...groups.map(({ counts }) => [...counts]),
    ],
    [bars, groups],
  )
  const build = useCallback(
    (paint: Paint): Omit<Options, 'width' | 'height'> => {
      const parsed = JSON.parse(shape) as { bounds: number[]; groups: [string, string][] }
      const bound = (index: number): string => {
        const value = Number.isInteger(index) ? parsed.bounds[index] : undefined
        return value === undefined ? '' : format(value)
      }
      const axis = axisStyle(paint)
      const last = parsed.bounds.length - 1
      const paths = uPlot.paths.bars?.({ size: [0.86, 28], align: 1, radius: 0.12 })
      return {
        series: [
          {
            label: 'between',
            value: (_plot, index: number | null) =>
              index === null ? '–' : `${bound(index)} – ${bound(index + 1)}`,
          },
          ...parsed.groups.map(([name, color]) => {
            const fill = paint(color)
            return {
              label: name,
              stroke: fill,
              width: 0,
              fill: fill.replace('rgb(', 'rgba(').replace(')', ', 0.65)'),
              ...(paths && { paths }),
              points: { show: false },
              value: (_plot: uPlot, count: number | null) => (count === null ? '–' : whole.format(count)),
            }
          }),
        ],
        axes: [
          { ...axis, grid: { show: false }, size: 28, space: 64, values: (_plot, at) => at.map(bound) },
          {
            ...axis,
            size: axisWidth,
            values: (_plot, counts) => counts.map(whole.format),
            incrs: WHOLE_STEPS,
          },
        ],
        scales: {
          x: { time: false, range: () => [0, Math.max(1, last)] },
          y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
        },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        padding: [8, 8, 0, 0],
      }
    },
    [shape, format],
  )
  return <Plot {...{ label, data, height, build, restingLegend: totals }} />
}
