// Migration 16: notes and frames on the canvas, and the colours of its groups.
import { sql, type Kysely } from 'kysely'

export async function createCanvasNotes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('canvas_notes')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('color', 'text', (column) => column.notNull())
    .addColumn('width', 'real', (column) => column.notNull())
    .addColumn('height', 'real', (column) => column.notNull())
    .addColumn('pos_x', 'real', (column) => column.notNull())
    .addColumn('pos_y', 'real', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .execute()
  await db.schema
    .createTable('endpoint_groups')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('color', 'text', (column) => column.notNull())
    .modifyEnd(sql`without rowid`)
    .execute()
}
