// The colours of the canvas's groups in the store.
import type { Kysely } from 'kysely'
import type { GroupColor } from '../../core/state/configuration.ts'
import type { GroupColorStore } from '../store.ts'
import type { TransactionContext } from './objects/object-table.ts'
import type { StoreTables } from './schema.ts'

/** By name. */
export const readGroupColors = (db: Kysely<StoreTables>): Promise<readonly GroupColor[]> =>
  db.selectFrom('endpoint_groups').select(['name', 'color']).orderBy('name').execute()

export const createGroupColorTable = ({ db, memo }: TransactionContext): GroupColorStore => ({
  async set({ name, color }) {
    memo.groupColors = undefined
    const insert = db.insertInto('endpoint_groups').values({ name, color })
    await insert.onConflict((conflict) => conflict.column('name').doUpdateSet({ color })).execute()
  },
  async clear(name) {
    memo.groupColors = undefined
    await db.deleteFrom('endpoint_groups').where('name', '=', name).execute()
  },
})
