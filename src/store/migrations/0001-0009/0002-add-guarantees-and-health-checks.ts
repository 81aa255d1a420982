// Migration 2: guaranteed shares of client tokens, and health checks of endpoints.
import type { Kysely } from 'kysely'

export async function addGuaranteesAndHealthChecks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('client_tokens')
    .addColumn('guaranteed_share_percent', 'real', (column) => column.notNull().defaultTo(0))
    .execute()
  // SQLite adds one column per statement.
  await db.schema.alterTable('endpoints').addColumn('health_check_path', 'text').execute()
  await db.schema
    .alterTable('endpoints')
    .addColumn('health_check_interval_seconds', 'real', (column) => column.notNull().defaultTo(10))
    .execute()
  await db.schema
    .alterTable('endpoints')
    .addColumn('health_check_timeout_seconds', 'real', (column) => column.notNull().defaultTo(3))
    .execute()
}
