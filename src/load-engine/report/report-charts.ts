/** Draws the charts of the HTML report as plain SVG: lines over time and histograms. */
import { shortCount } from './format-figure.ts'
import { html, type Html } from './html-text.ts'
import {
  barStartMs,
  valuesOf,
  type LatencySummary,
  type Series,
  type SeriesCurve,
} from '../model/run-summary.ts'

const WIDTH = 640
const HEIGHT = 180
// Room for labels, which are larger on a phone, where the drawing is scaled down.
const LEFT = 88
const BOTTOM = 28
const TOP = 12

/** @returns the next 1, 2 or 5 times a power of ten, as the upper end of an axis. */
function roundUp(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

interface Scale {
  readonly maxX: number
  readonly maxY: number
}

const xOf = (value: number, { maxX }: Scale): number => LEFT + (value / maxX) * (WIDTH - LEFT - 8)
const yOf = (value: number, { maxY }: Scale): number =>
  HEIGHT - BOTTOM - (value / maxY) * (HEIGHT - BOTTOM - TOP)
const formatCoordinate = (value: number): string => value.toFixed(1)

function grid(scale: Scale, format: (value: number) => string): Html[] {
  return [0, 0.5, 1].map((part) => {
    const y = formatCoordinate(yOf(scale.maxY * part, scale))
    return html`<line class="grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y}" y2="${y}" /><text
        x="${LEFT - 6}"
        y="${y}"
        text-anchor="end"
        dominant-baseline="middle"
      >
        ${format(scale.maxY * part)}
      </text>`
  })
}

const svg = (title: string, content: readonly Html[], below: Html = html``): Html =>
  html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${content}</svg>
    ${below}
  </figure>`

/** @returns an SVG path that starts anew after each gap. */
function linePath(xs: readonly (number | null)[], ys: readonly (number | null)[], scale: Scale): string {
  let path = ''
  let isPenDown = false
  for (const [index, y] of ys.entries()) {
    const x = xs[index]
    if (y === null || x === null || x === undefined) {
      isPenDown = false
      continue
    }
    path += `${isPenDown ? 'L' : 'M'}${formatCoordinate(xOf(x, scale))} ${formatCoordinate(yOf(y, scale))}`
    // A zero-length line shows a point between two gaps as a dot, drawn by the round line cap.
    if (!isPenDown) path += 'h0'
    isPenDown = true
  }
  return path
}

const legend = (names: readonly string[]): Html =>
  html`<p class="legend">
    ${names.map((name, index) => html`<span><i class="line-${index}"></i>${name}</span>`)}
  </p>`

/** @param lines - what to draw, with its name; the style has six colours. */
export function timeChart(
  title: string,
  series: Series,
  lines: readonly { readonly column: SeriesCurve; readonly name: string }[],
  format: (value: number) => string,
): Html {
  const xs = series.columns.atS
  const values = lines.flatMap(({ column }) => valuesOf(series, column)).filter((value) => value !== null)
  const scale = { maxX: Math.max(series.stepS, xs.at(-1) ?? 0), maxY: roundUp(Math.max(0, ...values)) }
  const paths = lines.map(
    ({ column }, index) =>
      html`<path class="line line-${index}" d="${linePath(xs, valuesOf(series, column), scale)}" />`,
  )
  const end = html`<text x="${WIDTH - 8}" y="${HEIGHT - 6}" text-anchor="end"
    >${Math.round(scale.maxX)} s</text
  >`
  const start = html`<text x="${LEFT}" y="${HEIGHT - 6}">0 s</text>`
  const names = lines.map(({ name }) => name)
  return svg(title, [...grid(scale, format), ...paths, start, end], legend(names))
}

/** Bars of equal width on a logarithmic axis. */
export function histogram(
  title: string,
  latency: LatencySummary | null,
  format: (ms: number) => string,
): Html {
  if (!latency)
    return svg(title, [html`<text x="${WIDTH / 2}" y="${HEIGHT / 2}" text-anchor="middle">no results</text>`])
  const { firstBar, bars } = latency
  const scale = { maxX: bars.length, maxY: Math.max(1, ...bars) }
  const columns = bars.map((count, index) => {
    const x = xOf(index, scale)
    const y = yOf(count, scale)
    const width = Math.max(0.5, xOf(index + 1, scale) - x - 1)
    return html`<rect
      x="${formatCoordinate(x)}"
      y="${formatCoordinate(y)}"
      width="${formatCoordinate(width)}"
      height="${formatCoordinate(HEIGHT - BOTTOM - y)}"
    >
      <title>
        ${format(barStartMs(firstBar + index))} to ${format(barStartMs(firstBar + index + 1))}: ${count}
      </title>
    </rect>`
  })
  const ends = [
    html`<text x="${LEFT}" y="${HEIGHT - 6}">${format(barStartMs(firstBar))}</text>`,
    html`<text x="${WIDTH - 8}" y="${HEIGHT - 6}" text-anchor="end"
      >${format(barStartMs(firstBar + bars.length))}</text
    >`,
  ]
  return svg(title, [...grid(scale, shortCount), ...columns, ...ends])
}
