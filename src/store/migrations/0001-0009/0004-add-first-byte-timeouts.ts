// Migration 4: first-byte timeouts of endpoints.
import type { Kysely } from 'kysely'

export async function addFirstByteTimeouts(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('endpoints').addColumn('first_byte_timeout_seconds', 'real').execute()
}
