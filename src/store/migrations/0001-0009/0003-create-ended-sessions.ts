// Migration 3: signed-out sessions, so that they stay ended after a restart.
import type { Kysely } from 'kysely'

export async function createEndedSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ended_sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('until', 'text', (column) => column.notNull())
    .execute()
}
