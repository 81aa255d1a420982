// Client tokens in the store.
import { clientTokenFields } from '../../../contract/objects/client-token-fields.ts'
import type { TokenConfig } from '../../../core/state/configuration.ts'
import { createFieldMapping } from '../field-columns.ts'
import type { TransactionContext } from './object-table.ts'
import { createPlacedTable, type PlacedMapping } from './placed-table.ts'
import { clearPriorityToken, writeSettings } from '../settings-table.ts'
import type { PlacedStore, TokenValues } from '../../store.ts'

const fields = createFieldMapping(clientTokenFields)

/** Maps live rows only. These have a block by a check constraint of the table. */
export const tokenMapping: PlacedMapping<'client_tokens', TokenValues, TokenConfig> = {
  table: 'client_tokens',
  conflict: 'another client token has this value',
  toColumns: (values) => ({
    ...fields.toColumns(values),
    digest: values.digest,
    preview: values.preview,
  }),
  toConfig: (row) => ({ ...fields.toConfig(row), digest: row.digest, preview: row.preview }),
  updateMemo(memo, change) {
    if (memo.tokens) memo.tokens = change(memo.tokens)
  },
  edits: ({ tokens }) => tokens,
}

/** Replaces a deleted token's references to a deleted block (by the lowest live block) and a deleted endpoint (by none). */
async function repoint({ db }: TransactionContext, id: number): Promise<void> {
  await db
    .updateTable('client_tokens')
    .set(({ selectFrom }) => ({
      incoming_block_id: selectFrom('incoming_blocks')
        .select(({ fn }) => fn.min('id').as('id'))
        .where('deleted_at', 'is', null),
    }))
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('incoming_blocks as block')
            .select('block.id')
            .whereRef('block.id', '=', 'client_tokens.incoming_block_id')
            .where('block.deleted_at', 'is', null),
        ),
      ),
    )
    .execute()
  await db
    .updateTable('client_tokens')
    .set({ preferred_endpoint_id: null })
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .where('preferred_endpoint_id', 'in', ({ selectFrom }) =>
      selectFrom('endpoints').select('endpoints.id').where('endpoints.deleted_at', 'is not', null),
    )
    .execute()
}

export function createTokenTable(context: TransactionContext): PlacedStore<TokenValues, TokenConfig> {
  const objects = createPlacedTable(context, tokenMapping)
  let marked = context.memo.settings?.tokensEverCreated ?? false
  return {
    ...objects,

    async insert(values) {
      const token = await objects.insert(values)
      if (!marked) await writeSettings(context, { tokensEverCreated: true })
      marked = true
      return token
    },

    async delete(id) {
      if (!(await objects.delete(id))) return false
      await clearPriorityToken(context, id)
      return true
    },

    async restore(id) {
      await repoint(context, id)
      return objects.restore(id)
    },
  }
}
