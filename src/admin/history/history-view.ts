// Renders the stored history, and the changes of the configuration in it.
import type { AuditEntry } from '../../contract/audit.ts'
import type {
  HistoryChange,
  HistoryFiguresView,
  HistoryRangeView,
  HistoryShownView,
} from '../../contract/traffic/history.ts'
import type { HistoryFigures } from '../../core/history/history-sample.ts'
import { addSketchBytes } from '../../core/history/sketch-bytes.ts'
import type { HistoryWindow } from '../../core/history/history-window.ts'
import { roundTo } from '../../core/round-to.ts'
import { percentilesOf, type TimeSketch } from '../../core/traffic/time-sketch.ts'
import type { HistoryObject, HistoryPoint, StoredHistory } from '../../store/tables/history-table.ts'

const IDLE: HistoryFiguresView = {
  requests: 0,
  failures: 0,
  tokens: 0,
  first_token_ms: null,
  inflight: 0,
  waiting: 0,
}

const figuresView = (figures: HistoryFigures): HistoryFiguresView => ({
  requests: figures.requests,
  failures: figures.failures,
  tokens: figures.tokens,
  first_token_ms: figures.firstTokens > 0 ? roundTo(figures.firstTokenMs / figures.firstTokens, 2) : null,
  inflight: figures.inflight,
  waiting: figures.waiting,
})

const PERCENTS = [50, 95, 99]

/** @returns the percentiles of all the points together. */
function percentilesView(points: Iterable<Pick<HistoryPoint, 'firstTokenTimes' | 'durationTimes'>>) {
  const firstToken: TimeSketch = new Map()
  const duration: TimeSketch = new Map()
  for (const { firstTokenTimes, durationTimes } of points) {
    if (firstTokenTimes) addSketchBytes(firstToken, firstTokenTimes)
    if (durationTimes) addSketchBytes(duration, durationTimes)
  }
  const rounded = (sketch: TimeSketch) =>
    percentilesOf(sketch, PERCENTS).map((ms) => (ms === null ? null : roundTo(ms, 2)))
  const [first50 = null, first95 = null, first99 = null] = rounded(firstToken)
  const [duration50 = null, duration95 = null, duration99 = null] = rounded(duration)
  return {
    first_token_p50_ms: first50,
    first_token_p95_ms: first95,
    first_token_p99_ms: first99,
    duration_p50_ms: duration50,
    duration_p95_ms: duration95,
    duration_p99_ms: duration99,
  }
}

function pointsView({ points }: StoredHistory, { fromS, toS, stepS }: HistoryWindow) {
  const steps = Array.from({ length: (toS - fromS) / stepS }, (_, index) => {
    const figures = points.get(index)
    return figures && { ...figuresView(figures), ...percentilesView([figures]) }
  })
  const series = (figure: keyof HistoryShownView): (number | null)[] =>
    steps.map((step) => step?.[figure] ?? null)
  return {
    requests: series('requests'),
    failures: series('failures'),
    tokens: series('tokens'),
    first_token_ms: series('first_token_ms'),
    inflight: series('inflight'),
    waiting: series('waiting'),
    first_token_p50_ms: series('first_token_p50_ms'),
    first_token_p95_ms: series('first_token_p95_ms'),
    first_token_p99_ms: series('first_token_p99_ms'),
    duration_p50_ms: series('duration_p50_ms'),
    duration_p95_ms: series('duration_p95_ms'),
    duration_p99_ms: series('duration_p99_ms'),
  }
}

const nameIn = (fields: AuditEntry['before']): string | undefined =>
  typeof fields?.['name'] === 'string' ? fields['name'] : undefined

const changeView = (entry: AuditEntry): HistoryChange => {
  const { id, at, actor, action, object_type, object_id, before, after } = entry
  const isUpdate = before !== null && after !== null
  return {
    id,
    at,
    actor,
    action,
    object_type,
    object_id,
    name: nameIn(after) ?? nameIn(before) ?? null,
    fields: isUpdate ? Object.keys(after) : [],
  }
}

/** What the audit has beside changes of the configuration. */
const NO_CHANGES: ReadonlySet<string> = new Set(['positions', 'gateway'])

/** Audit rows that are read for one window, and changes that are shown of them. */
export const MAX_AUDIT_ROWS = 500
const MAX_CHANGES = 200

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** @param audit - that of the window, newest first. */
export function historyRangeView(
  window: HistoryWindow,
  object: HistoryObject,
  stored: StoredHistory,
  audit: readonly AuditEntry[],
): HistoryRangeView {
  const { objects } = stored
  const of = (kind: HistoryObject['kind']) =>
    objects.filter((one) => one.kind === kind).map((one) => ({ id: one.id, ...figuresView(one) }))
  const shown = objects.find(({ kind, id }) => kind === object.kind && id === object.id)
  const changes = audit.filter(({ object_type }) => !NO_CHANGES.has(object_type))
  return {
    from: iso(window.fromS),
    to: iso(window.toS),
    step_seconds: window.stepS,
    points: pointsView(stored, window),
    totals: { ...(shown ? figuresView(shown) : IDLE), ...percentilesView(stored.points.values()) },
    endpoints: of('endpoint'),
    incoming_blocks: of('block'),
    changes: changes.slice(0, MAX_CHANGES).map(changeView).reverse(),
    has_more_changes: changes.length > MAX_CHANGES || audit.length === MAX_AUDIT_ROWS,
  }
}
