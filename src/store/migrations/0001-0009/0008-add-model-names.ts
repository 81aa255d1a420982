// Migration 8: model aliases, further names for an endpoint's models, and the models that blocks and client tokens may use.
import { type Kysely, sql } from 'kysely'

export async function addModelNames(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('model_map', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute()
  for (const table of ['incoming_blocks', 'client_tokens'])
    await db.schema
      .alterTable(table)
      .addColumn('allowed_models', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute()
  await db.schema
    .createTable('model_aliases')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('targets', 'text', (column) => column.notNull())
    .addColumn('on_full', 'text', (column) => column.notNull())
    .addColumn('rewrite_response', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .execute()
  await db.schema
    .createIndex('model_aliases_live_name')
    .unique()
    .on('model_aliases')
    .column('name')
    .where(sql.ref('deleted_at'), 'is', null)
    .execute()
}
