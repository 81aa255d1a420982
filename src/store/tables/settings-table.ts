// The routing settings in the store: one row per setting; an absent row means the default.
import type { Kysely } from 'kysely'
import { DEFAULT_PLACEMENT, placement, routingMode } from '../../contract/objects/routing-field-schemas.ts'
import type { RoutingSettings } from '../../core/state/configuration.ts'
import type { TransactionContext } from './objects/object-table.ts'
import type { StoreTables } from './schema.ts'

const readMode = routingMode.catch('percentage')
const readPlacement = placement.catch(DEFAULT_PLACEMENT)

const PRIORITY_TOKEN = 'priority_input_token_id'

export async function readSettings(db: Kysely<StoreTables>): Promise<RoutingSettings> {
  const rows = await db.selectFrom('settings').selectAll().execute()
  const values = new Map(rows.map(({ key, value }) => [key, value]))
  const priorityTokenId = values.get(PRIORITY_TOKEN)
  return {
    routingMode: readMode.parse(values.get('routing_mode')),
    placement: readPlacement.parse(values.get('placement')),
    priorityInputTokenId: priorityTokenId === undefined ? null : Number(priorityTokenId),
    incomingPos: {
      posX: Number(values.get('incoming_pos_x') ?? 256),
      posY: Number(values.get('incoming_pos_y') ?? 300),
    },
    tokensEverCreated: values.get('tokens_ever_created') === 'true',
  }
}

/** null clears a setting; undefined leaves it unchanged. */
export async function writeSettings(
  { db, memo }: Pick<TransactionContext, 'db' | 'memo'>,
  settings: Partial<RoutingSettings>,
): Promise<void> {
  memo.settings = undefined
  const values = {
    routing_mode: settings.routingMode,
    placement: settings.placement,
    [PRIORITY_TOKEN]: settings.priorityInputTokenId,
    incoming_pos_x: settings.incomingPos?.posX,
    incoming_pos_y: settings.incomingPos?.posY,
    tokens_ever_created: settings.tokensEverCreated,
  }
  for (const [key, value] of Object.entries(values)) {
    if (value === null) {
      await db.deleteFrom('settings').where('key', '=', key).execute()
    } else if (value !== undefined) {
      const row = { key, value: String(value) }
      const insert = db.insertInto('settings').values(row)
      await insert
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: row.value }))
        .execute()
    }
  }
}

/** Clears the prioritised token if it is this one. */
export async function clearPriorityToken({ db, memo }: TransactionContext, tokenId: number): Promise<void> {
  const query = db
    .deleteFrom('settings')
    .where('key', '=', PRIORITY_TOKEN)
    .where('value', '=', String(tokenId))
  const { numDeletedRows } = await query.executeTakeFirst()
  if (numDeletedRows > 0n) memo.settings = undefined
}
