// Migration 9: the tokens that came from a backend's cache, and those that were spent on reasoning.
import type { Kysely } from 'kysely'

export async function addTokenDetails(db: Kysely<unknown>): Promise<void> {
  for (const table of ['endpoints', 'client_tokens'])
    for (const column of ['cached_tokens_total', 'reasoning_tokens_total'])
      await db.schema
        .alterTable(table)
        .addColumn(column, 'bigint', (one) => one.notNull().defaultTo(0))
        .execute()
}
