// Migration 3: sessions that have been signed out, so that none revives where the daemon starts again.
import type { Kysely } from 'kysely'

export async function createEndedSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ended_sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('until', 'text', (column) => column.notNull())
    .execute()
}
