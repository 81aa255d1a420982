/** Puts the series of several runs on one time axis: seconds from the start of each run. */
import { valuesOf, type Series, type SeriesCurve } from '../../../src/load-engine/model/run-summary.ts'

type Column = readonly (number | null)[]

/** Merges several steps into one: the mean for rates, the maximum for latencies. */
function mergeSteps(values: Column, isRate: boolean): number | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  if (!isRate) return Math.max(...known)
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

/** @returns the seconds, then one column per series; the step is the longest step of all series. */
export function alignSeries(
  lines: readonly { readonly series: Series; readonly column: SeriesCurve }[],
): [number[], ...(number | null)[][]] {
  const stepS = Math.max(1, ...lines.map(({ series }) => series.stepS))
  const columns = lines.map(({ series, column }): (number | null)[] => {
    const values = valuesOf(series, column)
    const factor = Math.round(stepS / series.stepS)
    if (factor <= 1) return [...values]
    const isRate = typeof column !== 'string' || column.endsWith('PerS') || column === 'inFlight'
    return Array.from({ length: Math.ceil(values.length / factor) }, (_, index) =>
      mergeSteps(values.slice(index * factor, (index + 1) * factor), isRate),
    )
  })
  const length = Math.max(0, ...columns.map((column) => column.length))
  const padded = columns.map((column) => [...column, ...Array<null>(length - column.length).fill(null)])
  return [Array.from({ length }, (_, index) => index * stepS), ...padded]
}
