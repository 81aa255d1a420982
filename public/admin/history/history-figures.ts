/** Turns answers of the history into curves and into rows of the comparison. */
import type {
  HistoryChange,
  HistoryRangeView,
  HistoryShownView,
} from '../../../src/contract/traffic/history.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { count, duration, MISSING, percent } from '../../ui/format/figures.ts'
import { auditedObject } from '../audit/audited-object.ts'
import { humanize } from '../audit/audit-filter.ts'

type Figure = keyof HistoryRangeView['points']

/** @returns the starts of the steps. The last one is left out where nothing of it is recorded yet. */
export const secondsOf = ({ from, step_seconds, points: { requests } }: HistoryRangeView): number[] => {
  const start = Date.parse(from) / 1000
  const told = requests.at(-1) === null ? requests.slice(0, -1) : requests
  return told.map((_, index) => start + index * step_seconds)
}

/** @param length - that of the shown window: the other one's steps may be one more or fewer. */
export function curveOf(
  range: HistoryRangeView | undefined,
  figure: Figure,
  length: number,
): (number | null)[] {
  const values = range?.points[figure] ?? []
  return Array.from({ length }, (_, index) => values[index] ?? null)
}

export function perSecond(range: HistoryRangeView | undefined, figure: Figure, length: number) {
  const step = range?.step_seconds ?? 1
  const starts = range ? secondsOf(range) : []
  const nowS = Date.now() / 1000
  // The present step is not over, and is written every ten seconds.
  const secondsAt = (index: number): number => Math.min(step, Math.max(10, nowS - (starts[index] ?? 0)))
  return curveOf(range, figure, length).map((value, index) =>
    value === null ? null : value / secondsAt(index),
  )
}

export interface FigureRow {
  readonly label: string
  readonly shown: string
  readonly other: string
  readonly difference: string
}

const figures: readonly {
  readonly label: string
  readonly of: (view: HistoryShownView) => number | null
  readonly write: (value: number | null) => string
  /** Of figures that are percentages already, the points between them are told. */
  readonly isPercent?: boolean
}[] = [
  { label: 'Requests', of: ({ requests }) => requests, write: count },
  { label: 'Failures', of: ({ failures }) => failures, write: count },
  {
    label: 'Failed',
    of: ({ requests, failures }) => (requests === 0 ? null : (100 * failures) / requests),
    write: percent,
    isPercent: true,
  },
  { label: 'Completion tokens', of: ({ tokens }) => tokens, write: count },
  { label: 'First token, mean', of: ({ first_token_ms }) => first_token_ms, write: duration },
  { label: 'First token, p50', of: ({ first_token_p50_ms }) => first_token_p50_ms, write: duration },
  { label: 'First token, p95', of: ({ first_token_p95_ms }) => first_token_p95_ms, write: duration },
  { label: 'First token, p99', of: ({ first_token_p99_ms }) => first_token_p99_ms, write: duration },
  { label: 'Duration, p50', of: ({ duration_p50_ms }) => duration_p50_ms, write: duration },
  { label: 'Duration, p95', of: ({ duration_p95_ms }) => duration_p95_ms, write: duration },
  { label: 'Duration, p99', of: ({ duration_p99_ms }) => duration_p99_ms, write: duration },
  { label: 'In flight, most', of: ({ inflight }) => inflight, write: count },
  { label: 'Waiting, most', of: ({ waiting }) => waiting, write: count },
]

const signed = (value: number, text: string): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${text}`

function differenceOf(
  shown: number | null,
  other: number | null,
  write: (value: number) => string,
  isPercent = false,
): string {
  if (shown === null || other === null) return MISSING
  const by = shown - other
  const size = write(Math.abs(by))
  const text = size === write(0) ? size : signed(by, size)
  if (isPercent || other === 0 || by === 0) return text
  const part = (100 * by) / other
  return `${text} (${signed(part, percent(Math.abs(part)))})`
}

export const figureRows = (shown: HistoryShownView, other: HistoryShownView | undefined): FigureRow[] =>
  figures.map(({ label, of, write, isPercent }) => ({
    label,
    shown: write(of(shown)),
    other: other ? write(of(other)) : MISSING,
    difference: other ? differenceOf(of(shown), of(other), write, isPercent) : MISSING,
  }))

/** `update endpoint gpu-1: max concurrent`. */
export function changeText(change: HistoryChange, state: StateView | undefined): string {
  const { action, object_type: type, fields } = change
  const named = change.name === null ? null : { name: change.name }
  const { name } = auditedObject({ ...change, request_id: '', before: null, after: named }, state)
  const [, verb = action] = action.split('.')
  const what = [humanize(verb), humanize(type), name].filter((part) => part !== '').join(' ')
  return fields.length === 0 ? what : `${what}: ${fields.map(humanize).join(', ')}`
}
