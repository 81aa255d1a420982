/** Curves over time, drawn by uPlot in the colours of the theme. Loaded when first needed. */
import { useEffect, useRef } from 'react'
import uPlot, { type AlignedData, type Options, type Series } from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useTheme } from './theme.ts'
import styles from './time-chart.module.css'

export interface Curve {
  readonly label: string
  /** A custom property of the theme, such as `--accent`. */
  readonly color: string
  readonly filled?: boolean
}

interface TimeChartProps {
  /** What it shows, for who does not see it. */
  readonly label: string
  readonly curves: readonly Curve[]
  /** Seconds since the epoch, then one list of values a curve; null where there is none. */
  readonly data: AlignedData
  readonly format: (value: number) => string
  readonly height?: number
  /** Without axes: a sparkline. */
  readonly bare?: boolean
  /** Charts of the same key share their crosshair and zoom. */
  readonly syncKey?: string | undefined
}

const colorOf = (element: Element, property: string): string => {
  // light-dark() is resolved where it is used, and not in the property's own value.
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function seriesOf(element: Element, curves: readonly Curve[], format: (value: number) => string): Series[] {
  return [
    {},
    ...curves.map(({ label, color, filled }): Series => {
      const stroke = colorOf(element, color)
      return {
        label,
        stroke,
        width: 1.5,
        points: { show: false },
        value: (_plot, value: number | null) => (value === null ? '–' : format(value)),
        ...(filled && { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.16)') }),
      }
    }),
  ]
}

function axesOf(element: Element, bare: boolean, format: (value: number) => string): Options['axes'] {
  if (bare) return [{ show: false }, { show: false }]
  const shared = {
    stroke: colorOf(element, '--faint'),
    font: '11px Inter Variable, system-ui, sans-serif',
    grid: { stroke: colorOf(element, '--line'), width: 1 },
    ticks: { show: false },
  }
  return [
    { ...shared, grid: { show: false } },
    { ...shared, size: 56, values: (_plot, values) => values.map(format) },
  ]
}

export function TimeChart({
  label,
  curves,
  data,
  format,
  height = 160,
  bare = false,
  syncKey,
}: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(data)
  const theme = useTheme()
  const shape = JSON.stringify(curves)

  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    const own = new uPlot(
      {
        width: element.clientWidth,
        height,
        series: seriesOf(element, JSON.parse(shape) as Curve[], format),
        axes: axesOf(element, bare, format) ?? [],
        scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
        legend: { show: !bare },
        cursor: {
          show: !bare,
          ...(syncKey !== undefined && { sync: { key: syncKey } }),
        },
        padding: bare ? [4, 0, 0, 0] : [8, 8, 0, 0],
      },
      latest.current,
      element,
    )
    plot.current = own
    const watch = new ResizeObserver(() => own.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      own.destroy()
    }
  }, [shape, format, height, bare, syncKey, theme])

  useEffect(() => {
    latest.current = data
    plot.current?.setData(data)
  }, [data])

  return <div ref={place} role="img" aria-label={label} className={styles.chart} />
}
