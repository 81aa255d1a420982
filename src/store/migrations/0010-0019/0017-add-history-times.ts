// Migration 16: sketches of the times to the first token and of the durations; null in older rows.
import type { Kysely } from 'kysely'

export async function addHistoryTimes(db: Kysely<unknown>): Promise<void> {
  for (const column of ['first_token_times', 'duration_times'])
    await db.schema.alterTable('history').addColumn(column, 'blob').execute()
}
