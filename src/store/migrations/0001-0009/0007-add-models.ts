// Migration 7: the models that an operator lets an endpoint serve, as a JSON list.
import type { Kysely } from 'kysely'

export async function addModels(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('models', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute()
}
