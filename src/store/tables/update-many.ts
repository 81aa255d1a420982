// Writes numbers to many rows in few statements, because one statement per row would block the event loop.
import { type Kysely, sql } from 'kysely'
import type { ObjectTableName, StoreTables } from './schema.ts'

const ROWS_PER_STATEMENT = 500

/**
 * @param rows - the values of `columns` by id.
 * @param liveOnly - skips deleted rows.
 * @returns the number of rows written; unknown ids are skipped.
 */
export async function updateMany<Table extends ObjectTableName>(
  db: Kysely<StoreTables>,
  table: Table,
  columns: readonly (keyof StoreTables[Table] & string)[],
  rows: ReadonlyMap<number, readonly number[]>,
  liveOnly = false,
): Promise<number> {
  const names = sql.join(columns.map((column) => sql.ref(column)))
  const assignments = sql.join(
    columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`fresh.${column}`)}`),
  )
  const live = liveOnly ? sql`and deleted_at is null` : sql``
  const entries = [...rows]
  let written = 0
  for (let start = 0; start < entries.length; start += ROWS_PER_STATEMENT) {
    const batch = entries.slice(start, start + ROWS_PER_STATEMENT)
    const values = sql.join(batch.map(([id, numbers]) => sql`(${sql.join([id, ...numbers])})`))
    const result = await sql`
      with fresh (id, ${names}) as (values ${values})
      update ${sql.table(table)} set ${assignments} from fresh
      where ${sql.ref(`${table}.id`)} = fresh.id ${live}`.execute(db)
    written += Number(result.numAffectedRows ?? 0)
  }
  return written
}
