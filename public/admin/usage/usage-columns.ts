/** The columns of the usage tables, and the sorting of rows by a column. */
import { count, percent } from '../../ui/format/figures.ts'
import type { UsageRow } from './usage-rows.ts'

export interface UsageColumn {
  readonly key: Exclude<keyof UsageRow, 'id'>
  readonly label: string
  readonly write: (row: UsageRow) => string
  readonly endpointsOnly?: boolean
}

export const usageColumns: readonly UsageColumn[] = [
  { key: 'name', label: 'Name', write: ({ name }) => name },
  { key: 'requests', label: 'Requests', write: ({ requests }) => count(requests) },
  { key: 'promptTokens', label: 'Prompt tokens', write: ({ promptTokens }) => count(promptTokens) },
  { key: 'cachedTokens', label: 'Cached', write: ({ cachedTokens }) => count(cachedTokens) },
  {
    key: 'completionTokens',
    label: 'Completion tokens',
    write: ({ completionTokens }) => count(completionTokens),
  },
  { key: 'reasoningTokens', label: 'Reasoning', write: ({ reasoningTokens }) => count(reasoningTokens) },
  { key: 'sharePercent', label: 'Share', write: ({ sharePercent }) => percent(sharePercent) },
  {
    key: 'successPercent',
    label: 'Success',
    write: ({ successPercent }) => percent(successPercent),
    endpointsOnly: true,
  },
]

export interface UsageOrder {
  readonly key: UsageColumn['key']
  readonly descending: boolean
}

/** Rows without the figure are last in both directions. */
export function sortUsageRows(rows: readonly UsageRow[], { key, descending }: UsageOrder): UsageRow[] {
  const sign = descending ? -1 : 1
  return rows.toSorted((left, right) => {
    const [a, b] = [left[key], right[key]]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    const difference = typeof a === 'string' ? a.localeCompare(String(b)) : a - Number(b)
    return sign * difference || left.id - right.id
  })
}

// A leading apostrophe keeps a spreadsheet from evaluating a name as a formula.
const cell = (value: string | number | null): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  return `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`
}

/** CSV by RFC 4180, with unformatted numbers. */
export function usageCsv(columns: readonly UsageColumn[], rows: readonly UsageRow[]): string {
  const lines = [
    columns.map(({ label }) => cell(label)),
    ...rows.map((row) => columns.map(({ key }) => cell(row[key]))),
  ]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}
