// Migration 15: figures of past traffic, by step, time and object.
import { sql, type Kysely } from 'kysely'

export async function createHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('history')
    .addColumn('step_s', 'integer', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('kind', 'integer', (column) => column.notNull())
    .addColumn('object_id', 'integer', (column) => column.notNull())
    .addColumn('requests', 'integer', (column) => column.notNull())
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('first_tokens', 'integer', (column) => column.notNull())
    .addColumn('first_token_ms', 'real', (column) => column.notNull())
    .addColumn('inflight', 'integer', (column) => column.notNull())
    .addColumn('waiting', 'integer', (column) => column.notNull())
    // By time first: rows are added at the end, and leave at the beginning.
    .addPrimaryKeyConstraint('history_key', ['step_s', 'at', 'kind', 'object_id'])
    .modifyEnd(sql`without rowid`)
    .execute()
}
