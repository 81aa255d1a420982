/** What every chart shares: uPlot in the colours of the theme, as wide as its place, with its legend as text below. */
import { useEffect, useRef, useState, type RefObject } from 'react'
import uPlot, { type AlignedData, type Options } from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Button } from '../buttons/button.tsx'
import styles from './plot.module.css'
import { useTheme } from '../styles/theme.ts'
import { useMediaQuery } from '../browser/use-media-query.ts'

/** Gives the colour that a custom property of the theme, such as `--accent`, has now. */
export type Paint = (property: string) => string

interface PlotProps {
  /** What it shows, for who does not see it. */
  readonly label: string
  readonly data: AlignedData
  readonly height: number
  /** Keeps its identity for as long as the chart is the same. */
  readonly build: (paint: Paint) => Omit<Options, 'width' | 'height'>
  /** What the legend says without a crosshair, from the axis's own on; else what stands at the end. Keeps its identity. */
  readonly restingLegend?: (data: AlignedData) => readonly string[]
}

export const axisStyle = (paint: Paint) => ({
  stroke: paint('--faint'),
  font: '11px "Inter Variable", Inter, system-ui, sans-serif',
  grid: { stroke: paint('--line'), width: 1 },
  ticks: { show: false },
  gap: 6,
})

/** As wide as its longest label. */
export const axisWidth = (_plot: uPlot, labels: string[] | null): number =>
  Math.ceil(6.5 * Math.max(2, ...(labels ?? []).map(({ length }) => length))) + 8

function colorOf(element: Element, property: string): string {
  // light-dark() is resolved where it is used, and not in the property's own value.
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function isZoomed({ scales, data: [xs] }: uPlot): boolean {
  const { min, max } = scales['x'] ?? {}
  const drag = min != null && max != null && xs.length > 1
  return drag && (min > (xs[0] ?? 0) || max < (xs.at(-1) ?? 0))
}

/** New data leaves a zoom as it is. */
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
  for (const one of key ? uPlot.sync(key).plots : [plot]) one.setData(one.data, true)
}

function useUPlot(
  place: RefObject<HTMLElement | null>,
  legend: RefObject<HTMLElement | null>,
  { data, height, build, restingLegend }: PlotProps,
  onZoom: (zoomed: boolean) => void,
): RefObject<uPlot | undefined> {
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(data)
  const drawn = useRef(data)
  const theme = useTheme()
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)')

  // Before the chart is built: another number of curves comes with its own data.
  useEffect(() => void (latest.current = data), [data])
  useEffect(() => {
    const [element, below] = [place.current, legend.current]
    if (element === null || below === null) return undefined
    const options = build((property) => colorOf(element, property))
    // The legend reads at the crosshair, while there is one.
    const rest = (one: uPlot): void => {
      if (one.cursor.idx != null) return
      if (restingLegend === undefined) one.setLegend({ idx: one.data[0].length - 1 }, false)
      const cells = below.querySelectorAll('.u-value')
      restingLegend?.(one.data).forEach((text, index) => cells[index]?.replaceChildren(text))
    }
    const own = new uPlot(
      {
        ...options,
        width: element.clientWidth,
        height,
        legend: { ...options.legend, mount: (_plot, table) => below.append(table) },
        hooks: {
          ready: [rest],
          setData: [rest],
          setCursor: [rest],
          setScale: [(one) => onZoom(isZoomed(one))],
        },
      },
      latest.current,
      element,
    )
    plot.current = own
    drawn.current = latest.current
    const watch = new ResizeObserver(() => own.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      own.destroy()
      below.replaceChildren()
    }
  }, [place, legend, build, restingLegend, height, onZoom, theme, systemIsDark])

  useEffect(() => {
    if (drawn.current !== data && plot.current) replaceData(plot.current, data)
    drawn.current = data
  }, [data])
  return plot
}

export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLDivElement>(null)
  const [zoomed, setZoomed] = useState(false)
  const plot = useUPlot(place, legend, props, setZoomed)
  return (
    <div className={styles.plot}>
      <div ref={place} role="img" aria-label={props.label} />
      <div ref={legend} className={styles.legend} />
      {zoomed && (
        <Button size="small" className={styles.reset} onClick={() => plot.current && resetZoom(plot.current)}>
          Reset zoom
        </Button>
      )}
    </div>
  )
}
