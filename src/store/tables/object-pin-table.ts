// The pins of objects to the endpoints that keep them.
import { sql, type Kysely } from 'kysely'
import type { ObjectPin, PinChanges } from '../../core/pins/object-pins.ts'
import type { StoreTables } from './schema.ts'

const ROWS_PER_STATEMENT = 500

function* batchesOf<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    yield rows.slice(start, start + ROWS_PER_STATEMENT)
}

function pinOf(row: StoreTables['object_pins']): ObjectPin {
  const { counted_prompt_tokens: promptTokens, counted_completion_tokens: completionTokens } = row
  return {
    blockId: row.incoming_block_id,
    objectId: row.object_id,
    endpointId: row.endpoint_id,
    expiresAtMs: Date.parse(row.expires_at),
    countedSoFar:
      promptTokens === null || completionTokens === null ? undefined : { promptTokens, completionTokens },
  }
}

/** @returns those that have not expired, the oldest first. @param now - milliseconds since the epoch. */
export async function readObjectPins(db: Kysely<StoreTables>, now: number): Promise<ObjectPin[]> {
  const rows = await db
    .selectFrom('object_pins')
    .selectAll()
    .where('expires_at', '>', new Date(now).toISOString())
    .orderBy('expires_at')
    .execute()
  return rows.map(pinOf)
}

export async function writeObjectPins(
  db: Kysely<StoreTables>,
  { written, removed }: PinChanges,
): Promise<void> {
  for (const batch of batchesOf(removed)) {
    const keys = sql.join(batch.map(({ blockId, objectId }) => sql`(${blockId}, ${objectId})`))
    await sql`delete from object_pins where (incoming_block_id, object_id) in (values ${keys})`.execute(db)
  }
  for (const batch of batchesOf(written)) {
    const rows = batch.map(({ blockId, objectId, endpointId, expiresAtMs, countedSoFar }) => ({
      incoming_block_id: blockId,
      object_id: objectId,
      endpoint_id: endpointId,
      expires_at: new Date(expiresAtMs).toISOString(),
      counted_prompt_tokens: countedSoFar?.promptTokens ?? null,
      counted_completion_tokens: countedSoFar?.completionTokens ?? null,
    }))
    await db
      .insertInto('object_pins')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['incoming_block_id', 'object_id']).doUpdateSet(({ ref }) => ({
          endpoint_id: ref('excluded.endpoint_id'),
          expires_at: ref('excluded.expires_at'),
          counted_prompt_tokens: ref('excluded.counted_prompt_tokens'),
          counted_completion_tokens: ref('excluded.counted_completion_tokens'),
        })),
      )
      .execute()
  }
}

/** Removes those that have expired, and those of endpoints that are gone for good. @param now - milliseconds since the epoch. */
export async function purgeObjectPins(db: Kysely<StoreTables>, now: number): Promise<void> {
  await db
    .deleteFrom('object_pins')
    .where(({ or, eb, not, exists, selectFrom }) =>
      or([
        eb('expires_at', '<=', new Date(now).toISOString()),
        not(
          exists(
            selectFrom('endpoints').select('id').whereRef('endpoints.id', '=', 'object_pins.endpoint_id'),
          ),
        ),
      ]),
    )
    .execute()
}
