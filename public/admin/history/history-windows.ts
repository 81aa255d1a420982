/** The windows of the history that are shown and compared, and their query strings. */

export const lengths = [
  { value: '1', label: '1 h' },
  { value: '6', label: '6 h' },
  { value: '24', label: '24 h' },
  { value: '168', label: '7 days' },
  { value: '840', label: '35 days' },
] as const
type Hours = (typeof lengths)[number]['value']

export const comparisons = [
  { value: '', label: 'Nothing' },
  { value: 'before', label: 'Time before' },
  { value: 'day', label: 'Day before' },
  { value: 'week', label: 'Week before' },
  { value: 'other', label: 'Another time' },
] as const
type Comparison = (typeof comparisons)[number]['value']

export interface HistoryChoice {
  /** `endpoint-3`, `block-1`, or empty for the whole gateway. */
  readonly object: string
  readonly hours: Hours
  /** Local time in the format of a datetime-local input; empty for now. */
  readonly until: string
  readonly comparison: Comparison
  /** The end of the other window, as `until`; only with `other`. */
  readonly otherUntil: string
}

export const firstChoice: HistoryChoice = {
  object: '',
  hours: '1',
  until: '',
  comparison: '',
  otherUntil: '',
}

const HOUR_MS = 3_600_000

interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** @returns undefined for what is no time. */
const timeOf = (local: string): number | undefined => {
  const ms = new Date(local).getTime()
  return Number.isNaN(ms) ? undefined : ms
}

export function shownWindow({ hours, until }: HistoryChoice, nowMs: number): Window {
  const toMs = timeOf(until) ?? nowMs
  return { fromMs: toMs - Number(hours) * HOUR_MS, toMs }
}

/** As long as the shown one. @returns undefined where there is nothing to compare with. */
export function otherWindow(choice: HistoryChoice, nowMs: number): Window | undefined {
  const { fromMs, toMs } = shownWindow(choice, nowMs)
  const lengthMs = toMs - fromMs
  const agoMs = { before: lengthMs, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS }
  if (choice.comparison === '') return undefined
  if (choice.comparison !== 'other') {
    const shift = agoMs[choice.comparison]
    return { fromMs: fromMs - shift, toMs: toMs - shift }
  }
  const end = timeOf(choice.otherUntil)
  return end === undefined ? undefined : { fromMs: end - lengthMs, toMs: end }
}

export function historyQuery({ fromMs, toMs }: Window, object: string, stepS?: number): string {
  const [kind, id] = object.split('-')
  const query = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  })
  if (stepS !== undefined) query.set('step', String(stepS))
  if (id !== undefined) query.set(`${kind ?? ''}_id`, id)
  return query.toString()
}
