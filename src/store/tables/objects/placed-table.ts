// The table code of objects with a place on the canvas.
import { applyEdits, type ConfigurationMemo } from '../configuration-memo.ts'
import { createObjectTable, type ObjectMapping, type TransactionContext } from './object-table.ts'
import type { PlacedTableName } from '../schema.ts'
import type { ObjectPosition, PlacedStore } from '../../store.ts'
import { updateMany } from '../update-many.ts'

export interface PlacedMapping<Name extends PlacedTableName, Values, Config> extends ObjectMapping<
  Name,
  Values,
  Config
> {
  /** Applies a change to the memo's list if the list is loaded. */
  updateMemo(memo: ConfigurationMemo, change: (list: readonly Config[]) => readonly Config[]): void
}

export function createPlacedTable<
  Name extends PlacedTableName,
  Values,
  Config extends { id: number; posX: number; posY: number },
>(context: TransactionContext, mapping: PlacedMapping<Name, Values, Config>): PlacedStore<Values, Config> {
  const { db, memo } = context
  const edits = mapping.edits(context.edits)
  const table: PlacedTableName = mapping.table
  return {
    ...createObjectTable(context, mapping),

    async move(positions) {
      const byId = new Map(positions.map((position) => [position.id, position]))
      const rows = new Map(positions.map(({ id, posX, posY }) => [id, [posX, posY]]))
      const moved = await updateMany(db, table, ['pos_x', 'pos_y'], rows, true)
      const place = (item: Config, at: ObjectPosition | undefined): Config =>
        at ? { ...item, posX: at.posX, posY: at.posY } : item
      if (moved > 0)
        mapping.updateMemo(memo, (list) =>
          (applyEdits(list, edits) ?? list).map((item) => place(item, byId.get(item.id))),
        )
      return moved === rows.size
    },
  }
}
