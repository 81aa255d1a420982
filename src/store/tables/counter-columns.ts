// The counters of endpoints and client tokens in the store.
import type { Kysely } from 'kysely'
import type { EndpointCounters, StoredCounters, TokenCounters } from '../../core/state/counters.ts'
import type { StoreTables } from './schema.ts'
import { updateMany } from './update-many.ts'

const endpointColumns = [
  'total_requests',
  'total_success',
  'total_failures',
  'consecutive_failures',
  'avg_latency_ms',
  'prompt_tokens_total',
  'completion_tokens_total',
] as const
const tokenColumns = ['total_requests', 'prompt_tokens_total', 'completion_tokens_total'] as const

const endpointValues = (counters: EndpointCounters): number[] => [
  counters.totalRequests,
  counters.totalSuccess,
  counters.totalFailures,
  counters.consecutiveFailures,
  counters.avgLatencyMs,
  counters.promptTokens,
  counters.completionTokens,
]

const tokenValues = (counters: TokenCounters): number[] => [
  counters.totalRequests,
  counters.promptTokens,
  counters.completionTokens,
]

const mapValues = <From, To>(map: ReadonlyMap<number, From>, change: (value: From) => To): Map<number, To> =>
  new Map(Array.from(map, ([id, value]) => [id, change(value)]))

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
          promptTokens: row.prompt_tokens_total,
          completionTokens: row.completion_tokens_total,
        },
      ]),
    ),
    tokens: new Map(
      tokens.map((row) => [
        row.id,
        {
          totalRequests: row.total_requests,
          promptTokens: row.prompt_tokens_total,
          completionTokens: row.completion_tokens_total,
        },
      ]),
    ),
  }
}

export async function writeCounters(db: Kysely<StoreTables>, counters: StoredCounters): Promise<void> {
  await updateMany(db, 'endpoints', endpointColumns, mapValues(counters.endpoints, endpointValues))
  await updateMany(db, 'client_tokens', tokenColumns, mapValues(counters.tokens, tokenValues))
}
