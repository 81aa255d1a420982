// Migration 10: the header fields that an endpoint's key is sent in.
import type { Kysely } from 'kysely'

export async function addAuthStyle(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('auth_style', 'text', (column) => column.notNull().defaultTo('bearer'))
    .execute()
}
