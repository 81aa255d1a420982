// Keeps at least one incoming block in the store, which client tokens can belong to.
import type { Kysely } from 'kysely'
import { incomingBlockFields } from '../contract/objects/incoming-block-fields.ts'
import { initialColumns } from './tables/field-columns.ts'
import type { StoreTables } from './tables/schema.ts'

/** Creates the block `Incoming 1` where there is none. */
export async function seedBlock(db: Kysely<StoreTables>, nowIso: () => string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const query = tx.selectFrom('incoming_blocks').select('id').where('deleted_at', 'is', null).limit(1)
    if (await query.executeTakeFirst()) return
    const at = nowIso()
    const block = {
      ...initialColumns(incomingBlockFields),
      name: 'Incoming 1',
      created_at: at,
      updated_at: at,
    }
    await tx.insertInto('incoming_blocks').values(block).execute()
  })
}
