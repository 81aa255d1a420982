// The counters of endpoints and client tokens in the store.
import type { Kysely } from 'kysely'
import type { EndpointCounters, StoredCounters, TokenCounters } from '../../core/state/counters.ts'
import type { StoreTables } from './schema.ts'

const sumColumns = [
  'prompt_tokens_total',
  'completion_tokens_total',
  'cached_tokens_total',
  'reasoning_tokens_total',
] as const
const endpointColumns = [
  'total_requests',
  'total_success',
  'total_failures',
  'consecutive_failures',
  'avg_latency_ms',
  ...sumColumns,
] as const
const tokenColumns = ['total_requests', ...sumColumns] as const

const sumValues = (counters: TokenCounters): number[] => [
  counters.promptTokens,
  counters.completionTokens,
  counters.cachedTokens,
  counters.reasoningTokens,
]

const sumsOf = (row: Readonly<Record<(typeof sumColumns)[number], number>>) => ({
  promptTokens: row.prompt_tokens_total,
  completionTokens: row.completion_tokens_total,
  cachedTokens: row.cached_tokens_total,
  reasoningTokens: row.reasoning_tokens_total,
})

const endpointValues = (counters: EndpointCounters): number[] => [
  counters.totalRequests,
  counters.totalSuccess,
  counters.totalFailures,
  counters.consecutiveFailures,
  counters.avgLatencyMs,
  ...sumValues(counters),
]

const tokenValues = (counters: TokenCounters): number[] => [counters.totalRequests, ...sumValues(counters)]

/** Counters of all rows, deleted ones included. */
export async function readCounters(db: Kysely<StoreTables>): Promise<StoredCounters> {
  const endpoints = await db
    .selectFrom('endpoints')
    .select(['id', ...endpointColumns])
    .execute()
  const tokens = await db
    .selectFrom('client_tokens')
    .select(['id', ...tokenColumns])
    .execute()
  return {
    endpoints: new Map(
      endpoints.map((row) => [
        row.id,
        {
          totalRequests: row.total_requests,
          totalSuccess: row.total_success,
          totalFailures: row.total_failures,
          consecutiveFailures: row.consecutive_failures,
          avgLatencyMs: row.avg_latency_ms,
          ...sumsOf(row),
        },
      ]),
    ),
    tokens: new Map(tokens.map((row) => [row.id, { totalRequests: row.total_requests, ...sumsOf(row) }])),
  }
}

/** The counters of one table as numbers: for each row the values of `columns`, then its id. */
export interface CounterRows {
  readonly table: 'endpoints' | 'client_tokens'
  readonly columns: readonly string[]
  readonly values: Float64Array
}

function rowsOf<Counters>(
  table: CounterRows['table'],
  columns: readonly string[],
  counters: ReadonlyMap<number, Counters>,
  valuesOf: (counters: Counters) => number[],
): CounterRows[] {
  if (counters.size === 0) return []
  const width = columns.length + 1
  const values = new Float64Array(counters.size * width)
  let offset = 0
  for (const [id, one] of counters) {
    values.set(valuesOf(one), offset)
    values[offset + width - 1] = id
    offset += width
  }
  return [{ table, columns, values }]
}

export const counterRows = ({ endpoints, tokens }: StoredCounters): CounterRows[] => [
  ...rowsOf('endpoints', endpointColumns, endpoints, endpointValues),
  ...rowsOf('client_tokens', tokenColumns, tokens, tokenValues),
]
