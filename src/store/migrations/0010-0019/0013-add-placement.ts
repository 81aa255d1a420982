// Migration 13: mode, placement and session affinity of a block; what tells of an endpoint's load.
import type { Kysely } from 'kysely'

export async function addPlacement(db: Kysely<unknown>): Promise<void> {
  // Null stands for the gateway's.
  await db.schema.alterTable('incoming_blocks').addColumn('routing_mode', 'text').execute()
  await db.schema.alterTable('incoming_blocks').addColumn('placement', 'text').execute()
  await db.schema
    .alterTable('incoming_blocks')
    .addColumn('session_affinity', 'text', (column) => column.notNull().defaultTo('none'))
    .execute()
  await db.schema
    .alterTable('endpoints')
    .addColumn('load_source', 'text', (column) => column.notNull().defaultTo('auto'))
    .execute()
}
