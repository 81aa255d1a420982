// Migration 11: the calls that an endpoint serves, as a JSON list.
import type { Kysely } from 'kysely'

export async function addApis(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('apis', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute()
}
