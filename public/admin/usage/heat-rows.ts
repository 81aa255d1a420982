/** The rows of the heat of first tokens: all endpoints together, then each that has served a stream. */
import type { FirstTokenHistoryView } from '../../../src/contract/traffic/live.ts'
import { duration, plural } from '../../ui/format/figures.ts'

type Series = FirstTokenHistoryView['totals']

export interface HeatRow extends Series {
  /** 0 for all endpoints. */
  readonly id: number
  readonly name: string
}

const hasStreams = ({ streams }: Series): boolean => streams.some((streamCount) => streamCount > 0)

/** @param names - of endpoints, by id. */
export function heatRows(history: FirstTokenHistoryView, names: ReadonlyMap<number, string>): HeatRow[] {
  const rows = history.endpoints.flatMap((one) => {
    const name = names.get(one.id)
    return name !== undefined && hasStreams(one) ? [{ ...one, name }] : []
  })
  return rows.length > 1 ? [{ id: 0, name: 'All endpoints', ...history.totals }, ...rows] : rows
}

/** The time of day at which each step begins. */
export const stepTimes = ({ from, step_seconds, totals }: FirstTokenHistoryView): string[] =>
  totals.streams.map((_, step) =>
    new Date(Date.parse(from) + 1000 * step_seconds * step).toLocaleTimeString('en-GB'),
  )

/** `182 ms, 4 streams`. */
export function cellWords({ first_token_ms, streams }: Series, step: number): string {
  const ms = first_token_ms[step]
  const streamCount = streams[step] ?? 0
  if (ms == null) return 'no stream'
  return `${duration(ms)}, ${plural(streamCount, 'stream')}`
}
