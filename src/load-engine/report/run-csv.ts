/** Writes a saved run as CSV (one row per card, or per request of its log) and as JSON. */
import { logEntrySchema, type LogEntry } from '../model/log-entry.ts'
import { metricNames, percentileNames } from '../model/run-summary.ts'
import type { SavedRun } from '../model/saved-run.ts'

type Cell = string | number | null

/** Spreadsheets execute a cell that starts with one of these characters as a formula. */
const looksLikeFormula = /^[=+\-@\t\r]/

function formatCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000)
  const safe = looksLikeFormula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** @see https://www.rfc-editor.org/rfc/rfc4180 */
const toCsv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(formatCell).join(',')}\r\n`).join('')

const logColumns = Object.keys(logEntrySchema.shape) as (keyof LogEntry)[]

/** One row per logged request, oldest first. The column `at` is `atMs` in ISO 8601. */
export const requestsCsv = (run: SavedRun): string =>
  toCsv([
    ['at', ...logColumns],
    ...run.log.map((entry) => [new Date(entry.atMs).toISOString(), ...logColumns.map((name) => entry[name])]),
  ])

export function cardsCsv(run: SavedRun): string {
  const latencyColumns = metricNames.flatMap((metric) => percentileNames.map((name) => ({ metric, name })))
  const header = [
    'card',
    'url',
    'model',
    'arrival',
    'maxParallel',
    'state',
    'startedAt',
    'durationMs',
    'arrived',
    'sent',
    'ok',
    'failed',
    'cancelled',
    'dropped',
    'promptTokens',
    'completionTokens',
    'requestsPerS',
    'tokensPerS',
    'goodputPercent',
    'limitedByTester',
    'testerBusyPercent',
    ...latencyColumns.map(({ metric, name }) => `${metric}_${name}`),
  ]
  const rows = run.cards.map(({ scenario, counts, tokens, ...card }): Cell[] => [
    scenario.name,
    scenario.url,
    scenario.model,
    scenario.arrival.kind,
    scenario.maxParallel,
    card.state,
    new Date(card.startedAtMs).toISOString(),
    card.durationMs,
    counts.arrived,
    counts.sent,
    counts.ok,
    counts.failed,
    counts.cancelled,
    counts.dropped,
    tokens.prompt,
    tokens.completion,
    card.requestsPerS,
    card.tokensPerS,
    card.goodput.percent,
    card.tester === undefined ? null : String(card.tester.isLimit),
    card.tester?.busyPercent ?? null,
    ...latencyColumns.map(({ metric, name }) => card.latency[metric]?.[name] ?? null),
  ])
  return toCsv([header, ...rows])
}

/** Writes the format that `checkSavedRun` reads. */
export const runJson = (run: SavedRun): string => `${JSON.stringify(run, null, 2)}\n`
