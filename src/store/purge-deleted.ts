// Removes rows whose soft deletion is older than 30 days, and pins that have expired.
import type { Kysely } from 'kysely'
import { purgeObjectPins } from './tables/object-pin-table.ts'
import type { StoreTables } from './tables/schema.ts'

const RESTORABLE_MS = 30 * 24 * 60 * 60 * 1000

/** Wires are removed by foreign keys. @param now - milliseconds since the epoch. */
export async function purgeDeleted(db: Kysely<StoreTables>, now: number): Promise<void> {
  const oldest = new Date(now - RESTORABLE_MS).toISOString()
  const tables = ['client_tokens', 'endpoints', 'incoming_blocks', 'model_aliases', 'canvas_notes'] as const
  for (const table of tables) {
    await db.deleteFrom(table).where('deleted_at', '<', oldest).execute()
  }
  await purgeObjectPins(db, now)
}
