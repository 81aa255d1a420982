/** Merges an incremental update from the worker into the series that the page holds. */
import type { SeriesUpdate } from './messages.ts'
import { seriesColumns, type Series } from '../model/run-summary.ts'

/** @param series - the series so far; null before the first update. @returns a new series. */
export function applySeriesUpdate(series: Series | null, update: SeriesUpdate): Series {
  const columns = Object.fromEntries(
    seriesColumns.map((name) => [
      name,
      [...(series?.columns[name].slice(0, update.from) ?? []), ...update.columns[name]],
    ]),
  )
  const failures = update.failures.map(({ kind, perS }) => {
    const before = series?.failures.find((one) => one.kind === kind)?.perS.slice(0, update.from) ?? []
    return { kind, perS: [...before, ...Array<number>(update.from - before.length).fill(0), ...perS] }
  })
  return { stepS: update.stepS, columns: columns as Series['columns'], failures }
}
