/** Schemas and types of the figures of a card, which are shown, saved, compared and exported. */
import * as z from 'zod/mini'
import { count, decimal, MAX_NUMBER, ms, text, wholeNumber } from './field-schemas.ts'
import { scenarioSchema } from './scenario.ts'

const interval = z.tuple([ms, ms])

/** All histograms use the same bars (twenty per factor of ten), so that groups, cards and runs can be overlaid. */
export const BARS_PER_DECADE = 20

/** @returns the lower bound of bar `index` in milliseconds; its upper bound is the lower bound of the next bar. */
export const barStartMs = (index: number): number => 10 ** (index / BARS_PER_DECADE)

/** Covers successes only. Percentiles are within half a percent of the exact values (nearest rank). */
const latencySchema = z.strictObject({
  count,
  meanMs: ms,
  minMs: ms,
  maxMs: ms,
  p50Ms: ms,
  p90Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  /** 95 % confidence intervals (lower and upper bound), assuming independent requests. */
  confidence: z.strictObject({ p50Ms: interval, p90Ms: interval, p95Ms: interval, p99Ms: interval }),
  /** The histogram: bar `firstBar + i` holds `bars[i]`. */
  firstBar: wholeNumber(-1_000, 1_000),
  bars: z.array(count).check(z.maxLength(2_000)),
})
export type LatencySummary = z.infer<typeof latencySchema>

const latency = z.nullable(latencySchema)

export const percentileNames = ['p50Ms', 'p90Ms', 'p95Ms', 'p99Ms'] as const

/**
 * Measured from the scheduled start: ttfb (first byte), ttft (first non-empty content or reasoning) and e2e (end to
 * end). Measured between tokens: itl (every gap) and tpot (the mean gap of each request: time per output token).
 */
export const metricNames = ['ttfb', 'ttft', 'itl', 'tpot', 'e2e'] as const
export type MetricName = (typeof metricNames)[number]

const latencies = z.strictObject({ ttfb: latency, ttft: latency, itl: latency, tpot: latency, e2e: latency })

/**
 * refused: the tester does not send to that target. network: the connection to the backend failed.
 * malformed: the response does not have the requested form. stream_error: the stream contained an error or ended
 * without [DONE]. Cancelled requests are not failures and are counted separately.
 */
export const failureKinds = [
  'http_3xx',
  'http_4xx',
  'http_5xx',
  'timeout',
  'refused',
  'network',
  'malformed',
  'stream_error',
] as const
export type FailureKind = (typeof failureKinds)[number]

/** `stream_error` as `stream error`. */
export const failureName = (kind: FailureKind): string => kind.replaceAll('_', ' ')

const failureSchema = z.strictObject({
  kind: z.enum(failureKinds),
  /** null when no response was received. */
  status: z.nullable(wholeNumber(0, 999)),
  count,
  /** Message of the last failure of this kind. */
  example: text(500),
})

const countsSchema = z.strictObject({
  /** Arrivals so far: the sum of sent, waiting and dropped. */
  arrived: count,
  sent: count,
  inFlight: count,
  /** Arrivals that wait because `maxParallel` requests are in flight. */
  waiting: count,
  ok: count,
  failed: count,
  cancelled: count,
  /** Arrivals that were not sent, because they had waited for the whole timeout. */
  dropped: count,
})
export type Counts = z.infer<typeof countsSchema>

const tokensSchema = z.strictObject({
  prompt: count,
  completion: count,
  /** Responses without usage, whose completion tokens were estimated from their deltas. */
  answersWithoutUsage: count,
})

/** `good` requests succeeded within every limit; `judged` counts all successes, failures and dropped arrivals. */
const goodputSchema = z.strictObject({
  good: count,
  judged: count,
  /** null while `judged` is 0. */
  percent: z.nullable(decimal(0, 100)),
  /** Whether `percent` reaches the goal; null without limits or results, and where the tester was the limit. */
  met: z.nullable(z.boolean()),
})

export const groupDimensions = ['endpoint', 'cache', 'attempts', 'status', 'rateLimit', 'step'] as const
export type GroupDimension = (typeof groupDimensions)[number]

const groupSchema = z.strictObject({
  /** `–` when the response had no such value, `other` for all values after the fiftieth. */
  value: text(200),
  ok: count,
  failed: count,
  /** Within every limit. This and `dropped` are absent in files of the first version. */
  good: z.optional(count),
  /** Arrivals of a step that were not sent. */
  dropped: z.optional(count),
  completionTokens: count,
  ttft: latency,
  tpot: latency,
  e2e: latency,
})
export type Group = z.infer<typeof groupSchema>

const groups = z.array(groupSchema).check(z.maxLength(60))
const groupsSchema = z.strictObject({
  endpoint: groups,
  cache: groups,
  attempts: groups,
  status: groups,
  rateLimit: groups,
  step: groups,
})
export type Groups = z.infer<typeof groupsSchema>

export const MAX_POINTS = 600
const column = z.array(z.nullable(decimal(0, MAX_NUMBER))).check(z.maxLength(MAX_POINTS))

/** Columns of equal length; null is a gap. `atS` is the start of each step in seconds from the start of the run. */
export const seriesColumns = [
  'atS',
  'okPerS',
  'failedPerS',
  'droppedPerS',
  'tokensPerS',
  'inFlight',
  'ttftP50',
  'ttftP95',
  'ttftP99',
  'tpotP50',
  'tpotP95',
  'tpotP99',
  'e2eP50',
  'e2eP95',
  'e2eP99',
] as const
export type SeriesColumn = (typeof seriesColumns)[number]

const seriesSchema = z.strictObject({
  stepS: decimal(1, MAX_NUMBER),
  columns: z.record(z.enum(seriesColumns), column),
  /** The failures a second of each kind that occurred; absent in files of the first version. */
  failures: z._default(
    z
      .array(z.strictObject({ kind: z.enum(failureKinds), perS: column }))
      .check(z.maxLength(failureKinds.length)),
    [],
  ),
})
export type Series = z.infer<typeof seriesSchema>

/** One curve of a series: a column, or the failures of one kind. */
export type SeriesCurve = SeriesColumn | { readonly failure: FailureKind }

export const valuesOf = ({ columns, failures }: Series, curve: SeriesCurve): readonly (number | null)[] =>
  typeof curve === 'string'
    ? columns[curve]
    : (failures.find(({ kind }) => kind === curve.failure)?.perS ?? columns.atS.map(() => 0))

/** Scheduler lag: the delay between the due time of an arrival and its processing. */
const lagSchema = z.strictObject({
  p99Ms: ms,
  maxMs: ms,
  /** Maximum over the last six seconds. */
  recentMs: ms,
  /** Whether the recent lag is so large that the load differs from the scenario: this machine is too busy. */
  warning: z.boolean(),
})

const testerLimits = ['busy', 'late', 'backlog'] as const
export type TesterLimit = (typeof testerLimits)[number]

/** Whether the tester, and not the target, limited the run. */
const testerSchema = z.strictObject({
  /** The figures then say little of the target, and the run has no verdict. */
  isLimit: z.boolean(),
  /** The same of the last two seconds. */
  isLimitNow: z.boolean(),
  reasons: z.array(z.enum(testerLimits)).check(z.maxLength(testerLimits.length)),
  /** Mean share of the time in which the thread of the engine was busy. */
  busyPercent: decimal(0, 100),
  /** Share of the time in which the tester was the limit. */
  limitedPercent: decimal(0, 100),
})
export type TesterSummary = z.infer<typeof testerSchema>

const cardStates = ['idle', 'running', 'stopping', 'stopped', 'finished'] as const
export type CardState = (typeof cardStates)[number]

export const cardSummarySchema = z.strictObject({
  cardId: text(100),
  /** The scenario without its key. */
  scenario: z.omit(scenarioSchema, { key: true }),
  state: z.enum(cardStates),
  /** Milliseconds since the epoch. */
  startedAtMs: ms,
  durationMs: ms,
  counts: countsSchema,
  failures: z.array(failureSchema).check(z.maxLength(200)),
  tokens: tokensSchema,
  /** This and `tokensPerS` are means over the whole run. */
  requestsPerS: decimal(0, MAX_NUMBER),
  tokensPerS: decimal(0, MAX_NUMBER),
  goodput: goodputSchema,
  latency: latencies,
  lag: lagSchema,
  /** Absent in files of earlier versions. */
  tester: z.optional(testerSchema),
  groups: groupsSchema,
  series: seriesSchema,
})
export type CardSummary = z.infer<typeof cardSummarySchema>
