/** Puts together, on the page, the series that the worker sends in parts. */
import type { SeriesUpdate } from './messages.ts'
import { seriesColumns, type Series } from '../../model/run-summary.ts'

/** @param series - what the page has; null before the first update. @returns a new series. */
export function applySeriesUpdate(series: Series | null, update: SeriesUpdate): Series {
  const columns = Object.fromEntries(
    seriesColumns.map((name) => [
      name,
      [...(series?.columns[name].slice(0, update.from) ?? []), ...update.columns[name]],
    ]),
  )
  return { stepS: update.stepS, columns: columns as Series['columns'] }
}
