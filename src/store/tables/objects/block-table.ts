// Incoming blocks in the store.
import { incomingBlockFields } from '../../../contract/objects/incoming-block-fields.ts'
import type { BlockConfig } from '../../../core/state/configuration.ts'
import { createFieldMapping } from '../field-columns.ts'
import type { TransactionContext } from './object-table.ts'
import { createPlacedTable, type PlacedMapping } from './placed-table.ts'
import type { BlockValues, PlacedStore } from '../../store.ts'

export const blockMapping: PlacedMapping<'incoming_blocks', BlockValues, BlockConfig> = {
  table: 'incoming_blocks',
  ...createFieldMapping(incomingBlockFields),
  updateMemo(memo, change) {
    if (memo.blocks) memo.blocks = change(memo.blocks)
  },
  edits: ({ blocks }) => blocks,
}

export function createBlockTable(context: TransactionContext): PlacedStore<BlockValues, BlockConfig> {
  const { db, memo, nowIso } = context
  const objects = createPlacedTable(context, blockMapping)
  return {
    ...objects,

    async delete(id) {
      if (!(await objects.delete(id))) return false
      memo.wires = undefined
      const { numUpdatedRows } = await db
        .updateTable('client_tokens')
        .set(({ selectFrom }) => ({
          incoming_block_id: selectFrom('incoming_blocks')
            .select(({ fn }) => fn.min('id').as('id'))
            .where('deleted_at', 'is', null),
          updated_at: nowIso(),
        }))
        .where('incoming_block_id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) memo.tokens = undefined
      return true
    },

    async restore(id) {
      const block = await objects.restore(id)
      if (block) memo.wires = undefined
      return block
    },
  }
}
