// Wires in the store.
import type { Kysely } from 'kysely'
import type { Wire } from '../../core/state/configuration.ts'
import type { TransactionContext } from './objects/object-table.ts'
import type { StoreTables } from './schema.ts'
import type { WireStore } from '../store.ts'

const selectLive = (db: Kysely<StoreTables>) =>
  db
    .selectFrom('wires')
    .innerJoin('incoming_blocks', 'incoming_blocks.id', 'wires.incoming_block_id')
    .innerJoin('endpoints', 'endpoints.id', 'wires.endpoint_id')
    .where('incoming_blocks.deleted_at', 'is', null)
    .where('endpoints.deleted_at', 'is', null)

/** Wires between what lives, in ascending block and endpoint id. */
export function readWires(db: Kysely<StoreTables>): Promise<readonly Wire[]> {
  return selectLive(db)
    .select(['wires.incoming_block_id as blockId', 'wires.endpoint_id as endpointId'])
    .orderBy('wires.incoming_block_id')
    .orderBy('wires.endpoint_id')
    .execute()
}

export function createWireTable({ db, memo }: TransactionContext): WireStore {
  return {
    async add(blockId, endpointId) {
      memo.wires = undefined
      const insert = db.insertInto('wires').values({ incoming_block_id: blockId, endpoint_id: endpointId })
      await insert.onConflict((conflict) => conflict.doNothing()).execute()
    },

    async remove(blockId, endpointId) {
      const query = db.deleteFrom('wires').where('incoming_block_id', '=', blockId)
      const { numDeletedRows } = await query.where('endpoint_id', '=', endpointId).executeTakeFirst()
      if (numDeletedRows > 0n) memo.wires = undefined
      return numDeletedRows > 0n
    },

    async copy(fromBlockId, toBlockId) {
      memo.wires = undefined
      const copies = selectLive(db)
        .where('wires.incoming_block_id', '=', fromBlockId)
        .select(({ val }) => [val(toBlockId).as('incoming_block_id'), 'wires.endpoint_id'])
      const insert = db.insertInto('wires').columns(['incoming_block_id', 'endpoint_id']).expression(copies)
      await insert.onConflict((conflict) => conflict.doNothing()).execute()
    },
  }
}
