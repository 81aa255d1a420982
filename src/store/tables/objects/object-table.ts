// The shared table code of all objects: rows with ids and soft deletion.
import type { Insertable, Kysely, Selectable, Transaction } from 'kysely'
import { gatewayError } from '../../../core/gateway-error.ts'
import type { ConfigurationEdits, ConfigurationMemo, ListEdits } from '../configuration-memo.ts'
import type { ObjectColumns, ObjectTableName, StoreTables } from '../schema.ts'
import type { ObjectStore } from '../../store.ts'

/** What the tables need inside one transaction. */
export interface TransactionContext {
  readonly db: Transaction<StoreTables>
  /** Whether an error of the database is a violated unique constraint. Databases report it by codes of their own. */
  readonly isUniqueViolation: (error: unknown) => boolean
  /** The transaction's own copy: rolling back discards it. */
  readonly memo: ConfigurationMemo
  /** Rows written since the memo's lists were last read. */
  readonly edits: ConfigurationEdits
  /** The present time in ISO 8601, UTC. */
  readonly nowIso: () => string
}

/** How one kind of object is stored. */
export interface ObjectMapping<Name extends ObjectTableName, Values, Config> {
  readonly table: Name
  /** Detail of the LB_ERR_CONFLICT error for a violated unique constraint; absent if the table has none. */
  readonly conflict?: string
  /** Absent values stay undefined; Kysely leaves these columns out. */
  toColumns(values: Partial<Values>): { [Column in keyof StoreTables[Name]]?: unknown }
  toConfig(row: Selectable<StoreTables[Name]>): Config
  edits(all: ConfigurationEdits): ListEdits<Config>
}

type SharedTables = Record<ObjectTableName, ObjectColumns>

/** All live objects in ascending id. */
export async function readLive<Name extends ObjectTableName, Values, Config>(
  db: Kysely<StoreTables>,
  mapping: ObjectMapping<Name, Values, Config>,
): Promise<readonly Config[]> {
  const shared = db as unknown as Kysely<SharedTables>
  const table: ObjectTableName = mapping.table
  const rows = await shared
    .selectFrom(table)
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => mapping.toConfig(row as Selectable<StoreTables[Name]>))
}

export function createObjectTable<Name extends ObjectTableName, Values, Config extends { id: number }>(
  { db, isUniqueViolation, edits: allEdits, nowIso }: TransactionContext,
  mapping: ObjectMapping<Name, Values, Config>,
): ObjectStore<Values, Config> {
  // The shared code uses only the columns that all tables have; the mapping handles the rest.
  const shared = db as unknown as Transaction<SharedTables>
  const table: ObjectTableName = mapping.table
  const edits = mapping.edits(allEdits)
  type Columns = Insertable<ObjectColumns>

  const withConflict = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await write()
    } catch (error) {
      if (mapping.conflict === undefined || !isUniqueViolation(error)) throw error
      throw gatewayError('LB_ERR_CONFLICT', mapping.conflict)
    }
  }

  const remember = (row: Selectable<ObjectColumns> | undefined): Config | undefined => {
    if (!row) return undefined
    const config = mapping.toConfig(row as Selectable<StoreTables[Name]>)
    edits.set(config.id, config)
    return config
  }

  return {
    async insert(values) {
      const at = nowIso()
      const columns = { ...mapping.toColumns(values), created_at: at, updated_at: at } as Columns
      const row = await withConflict(() =>
        shared.insertInto(table).values(columns).returningAll().executeTakeFirstOrThrow(),
      )
      return remember(row) as Config
    },

    async update(id, values) {
      const columns = { ...mapping.toColumns(values), updated_at: nowIso() } as Partial<Columns>
      const query = shared
        .updateTable(table)
        .set(columns)
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
      return remember(await withConflict(() => query.returningAll().executeTakeFirst()))
    },

    async delete(id) {
      const query = shared.updateTable(table).set({ deleted_at: nowIso() })
      const row = await query.where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst()
      if (row.numUpdatedRows === 0n) return false
      edits.set(id, undefined)
      return true
    },

    async restore(id) {
      const query = shared.updateTable(table).set({ deleted_at: null })
      const revive = query.where('id', '=', id).where('deleted_at', 'is not', null).returningAll()
      return remember(await withConflict(() => revive.executeTakeFirst()))
    },
  }
}
