// Migration 12: which endpoint keeps an object that a backend has made.
import type { Kysely } from 'kysely'

export async function createObjectPins(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('object_pins')
    .addColumn('incoming_block_id', 'integer', (column) => column.notNull())
    .addColumn('object_id', 'text', (column) => column.notNull())
    .addColumn('endpoint_id', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('counted_prompt_tokens', 'integer')
    .addColumn('counted_completion_tokens', 'integer')
    .addPrimaryKeyConstraint('object_pins_key', ['incoming_block_id', 'object_id'])
    .execute()
}
