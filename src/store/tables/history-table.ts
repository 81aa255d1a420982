// The history of traffic in the store: rows of fine and of coarse steps.
import { sql, type Kysely } from 'kysely'
import {
  COARSE_STEP_S,
  FINE_STEP_S,
  MAX_HISTORY_ROWS,
  retentionS,
  stepStart,
  type HistoryFigures,
  type HistoryKind,
  type HistorySample,
  type HistoryTimes,
} from '../../core/history/history-sample.ts'
import type { HistoryWindow } from '../../core/history/history-window.ts'
import type { StoreTables } from './schema.ts'

export const historySteps: readonly number[] = [FINE_STEP_S, COARSE_STEP_S]
const KINDS: readonly HistoryKind[] = ['total', 'endpoint', 'block']

const keys = ['step_s', 'at', 'kind', 'object_id']
const sums = ['requests', 'failures', 'tokens', 'first_tokens', 'first_token_ms']
const peaks = ['inflight', 'waiting']
const times = ['first_token_times', 'duration_times']
const columns = [...keys, ...sums, ...peaks, ...times]

export const HISTORY_WIDTH = columns.length

/** Adds to what a row of the same step holds. */
export const addHistory = `insert into history (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})
  on conflict do update set ${[
    ...sums.map((column) => `${column} = ${column} + excluded.${column}`),
    ...peaks.map((column) => `${column} = max(${column}, excluded.${column})`),
    ...times.map((column) => `${column} = add_times(${column}, excluded.${column})`),
  ].join(', ')}`

/** The values of `addHistory`: for each sample a fine and a coarse row. */
export const historyValues = (samples: readonly HistorySample[]): (number | Uint8Array | null)[] =>
  samples.flatMap((one) =>
    historySteps.flatMap((stepS) => [
      stepS,
      stepStart(one.atS, stepS),
      KINDS.indexOf(one.kind),
      one.id,
      one.requests,
      one.failures,
      one.tokens,
      one.firstTokens,
      one.firstTokenMs,
      one.inflight,
      one.waiting,
      one.firstTokenTimes,
      one.durationTimes,
    ]),
  )

export interface HistoryObject {
  readonly kind: HistoryKind
  /** 0 for the total. */
  readonly id: number
}

export type HistoryPoint = HistoryFigures & HistoryTimes

export interface StoredHistory {
  /** Of the object, by number of the step; only steps in which the process ran. */
  readonly points: ReadonlyMap<number, HistoryPoint>
  /** Of the whole window, one for each object with traffic. */
  readonly objects: readonly (HistoryObject & HistoryFigures)[]
}

const IDLE: HistoryPoint = {
  requests: 0,
  failures: 0,
  tokens: 0,
  firstTokens: 0,
  firstTokenMs: 0,
  inflight: 0,
  waiting: 0,
  firstTokenTimes: null,
  durationTimes: null,
}

const figures = sql<HistoryFigures>`sum(requests) requests, sum(failures) failures, sum(tokens) tokens,
  sum(first_tokens) firstTokens, sum(first_token_ms) firstTokenMs, max(inflight) inflight, max(waiting) waiting`

interface FigureRow extends HistoryFigures {
  kind: number
}

const figuresOf = ({
  requests,
  failures,
  tokens,
  firstTokens,
  firstTokenMs,
  inflight,
  waiting,
}: FigureRow) => ({
  requests,
  failures,
  tokens,
  firstTokens,
  firstTokenMs,
  inflight,
  waiting,
})

export async function readHistory(
  db: Kysely<StoreTables>,
  { fromS, toS, stepS, rowStepS }: HistoryWindow,
  { kind, id }: HistoryObject,
): Promise<StoredHistory> {
  const number = KINDS.indexOf(kind)
  const inWindow = sql`step_s = ${rowStepS} and at >= ${fromS} and at < ${toS}`
  const isObject = sql`kind = ${number} and object_id = ${id}`
  const timesOf = (column: string) =>
    sql<Uint8Array | null>`sum_times(case when ${isObject} then ${sql.ref(column)} end)`
  const steps = await sql<FigureRow & HistoryTimes & { point: number }>`
    select cast((at - ${fromS}) / ${stepS} as integer) point, kind, ${figures},
      ${timesOf('first_token_times')} firstTokenTimes, ${timesOf('duration_times')} durationTimes from history
    where ${inWindow} and ((kind = 0 and object_id = 0) or (${isObject}))
    group by point, kind order by point, kind`.execute(db)
  const objects = await sql<FigureRow & { id: number }>`
    select kind, object_id id, ${figures} from history where ${inWindow} group by kind, object_id`.execute(db)
  const points = new Map<number, HistoryPoint>()
  // The total of a step comes first, and stands in every one in which the process ran.
  for (const row of steps.rows) {
    const { firstTokenTimes, durationTimes } = row
    points.set(row.point, row.kind === number ? { ...figuresOf(row), firstTokenTimes, durationTimes } : IDLE)
  }
  return {
    points,
    objects: objects.rows.map((row) => ({
      kind: KINDS[row.kind] ?? 'total',
      id: row.id,
      ...figuresOf(row),
    })),
  }
}

// Bounds how long one deletion holds the database.
const STEPS_PER_TRIM = 30

/**
 * Removes a few of the rows that are too old or too many, the oldest first.
 * @returns whether there may be more.
 */
export async function trimHistory(
  db: Kysely<StoreTables>,
  stepS: number,
  nowMs: number,
  maxRows = MAX_HISTORY_ROWS,
): Promise<boolean> {
  const ofStep = db.selectFrom('history').select('at').where('step_s', '=', stepS)
  const oldest = await ofStep.orderBy('at').limit(1).executeTakeFirst()
  if (oldest === undefined) return false
  const surplus = await ofStep.orderBy('at', 'desc').limit(1).offset(maxRows).executeTakeFirst()
  const keepFrom = Math.max(
    stepStart(Math.floor(nowMs / 1000) - retentionS(stepS), stepS),
    surplus === undefined ? -Infinity : surplus.at + stepS,
  )
  if (oldest.at >= keepFrom) return false
  const until = Math.min(keepFrom, oldest.at + STEPS_PER_TRIM * stepS)
  await db.deleteFrom('history').where('step_s', '=', stepS).where('at', '<', until).execute()
  return until < keepFrom
}
