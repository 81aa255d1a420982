/** The base of all charts: uPlot in the colours of the theme, as wide as its container, with a text legend below. */
import { useEffect, useRef, useState, type RefObject } from 'react'
import '../browser/valid-language.ts'
import uPlot, { type AlignedData, type Options } from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Button } from '../buttons/button.tsx'
import styles from './plot.module.css'
import { useTheme } from '../styles/theme.ts'
import { useMediaQuery } from '../browser/use-media-query.ts'

/** @returns the current colour of a CSS custom property of the theme, such as `--accent`. */
export type Paint = (property: string) => string

interface PlotProps {
  /** Accessible name. */
  readonly label: string
  readonly data: AlignedData
  readonly height: number
  /** Must be stable while the chart is the same, because a new function rebuilds the chart. */
  readonly build: (paint: Paint) => Omit<Options, 'width' | 'height'>
  /** Legend texts without a crosshair, starting with that of the x axis; by default the last values. Must be stable. */
  readonly restingLegend?: (data: AlignedData) => readonly string[]
}

export const axisStyle = (paint: Paint) => ({
  stroke: paint('--faint'),
  font: '11px "Inter Variable", Inter, system-ui, sans-serif',
  grid: { stroke: paint('--line'), width: 1 },
  ticks: { show: false },
  gap: 6,
})

/** @returns the axis width in pixels for its longest label. */
export const axisWidth = (_plot: uPlot, labels: string[] | null): number =>
  Math.ceil(6.5 * Math.max(2, ...(labels ?? []).map(({ length }) => length))) + 8

function colorOf(element: Element, property: string): string {
  // A browser resolves light-dark() only in a used colour, not in the value of the custom property.
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function isZoomed({ scales, data: [xs] }: uPlot): boolean {
  const { min, max } = scales['x'] ?? {}
  const isKnown = min != null && max != null && xs.length > 1
  return isKnown && (min > (xs[0] ?? 0) || max < (xs.at(-1) ?? 0))
}

/** Replaces the data and keeps the zoom. */
function replaceData(plot: uPlot, data: AlignedData): void {
  const { min, max } = plot.scales['x'] ?? {}
  plot.batch(() => {
    const zoomed = isZoomed(plot)
    plot.setData(data, !zoomed)
    if (zoomed && min != null && max != null) plot.setScale('x', { min, max })
  })
}

function resetZoom(plot: uPlot): void {
  const key = plot.cursor.sync?.key
  for (const synced of key ? uPlot.sync(key).plots : [plot]) synced.setData(synced.data, true)
}

function useUPlot(
  container: RefObject<HTMLElement | null>,
  legend: RefObject<HTMLElement | null>,
  { data, height, build, restingLegend }: PlotProps,
  onZoom: (zoomed: boolean) => void,
): RefObject<uPlot | undefined> {
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(data)
  const drawn = useRef(data)
  const theme = useTheme()
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)')

  // Must run before the effect that builds the chart: a changed number of curves needs its own data.
  useEffect(() => void (latest.current = data), [data])
  useEffect(() => {
    const [element, legendElement] = [container.current, legend.current]
    if (element === null || legendElement === null) return undefined
    const options = build((property) => colorOf(element, property))
    // The crosshair, if any, determines the legend.
    const showRestingLegend = (chart: uPlot): void => {
      if (chart.cursor.idx != null) return
      if (restingLegend === undefined) chart.setLegend({ idx: chart.data[0].length - 1 }, false)
      const cells = legendElement.querySelectorAll('.u-value')
      restingLegend?.(chart.data).forEach((text, index) => cells[index]?.replaceChildren(text))
    }
    const created = new uPlot(
      {
        ...options,
        width: element.clientWidth,
        height,
        legend: { ...options.legend, mount: (_plot, table) => legendElement.append(table) },
        hooks: {
          ready: [showRestingLegend],
          setData: [showRestingLegend],
          setCursor: [showRestingLegend],
          setScale: [(chart) => onZoom(isZoomed(chart))],
        },
      },
      latest.current,
      element,
    )
    plot.current = created
    drawn.current = latest.current
    const resizeObserver = new ResizeObserver(() => created.setSize({ width: element.clientWidth, height }))
    resizeObserver.observe(element)
    return () => {
      resizeObserver.disconnect()
      created.destroy()
      legendElement.replaceChildren()
    }
  }, [container, legend, build, restingLegend, height, onZoom, theme, systemIsDark])

  useEffect(() => {
    if (drawn.current !== data && plot.current) replaceData(plot.current, data)
    drawn.current = data
  }, [data])
  return plot
}

export function Plot(props: PlotProps) {
  const container = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLDivElement>(null)
  const [zoomed, setZoomed] = useState(false)
  const plot = useUPlot(container, legend, props, setZoomed)
  return (
    <div className={styles.plot}>
      <div ref={container} role="img" aria-label={props.label} />
      <div ref={legend} className={styles.legend} />
      {zoomed && (
        <Button size="small" className={styles.reset} onClick={() => plot.current && resetZoom(plot.current)}>
          Reset zoom
        </Button>
      )}
    </div>
  )
}
