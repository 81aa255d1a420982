// Migration 6: whether requests that timed out at an endpoint are repeated.
import type { Kysely } from 'kysely'

export async function addRetryOnTimeout(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('retry_on_timeout', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
