// Migration 14: the group of an endpoint on the canvas.
import type { Kysely } from 'kysely'

export async function addGroup(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('group', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
}
