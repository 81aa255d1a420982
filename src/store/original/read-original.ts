// Reads a database of the Python original (v3), whose columns differ between its releases.
import { tableNames, type SqliteDatabase } from '../sqlite/sqlite.ts'

/** A row. Columns may be absent or of any type, since SQLite enforces neither. */
export type OriginalRow = Readonly<Record<string, unknown>>

export interface OriginalRows {
  readonly endpoints: readonly OriginalRow[]
  readonly blocks: readonly OriginalRow[]
  readonly tokens: readonly OriginalRow[]
  readonly settings: ReadonlyMap<string, string>
  /** Highest id ever used, by table. */
  readonly lastIds: ReadonlyMap<string, number>
}

export function readOriginal(database: SqliteDatabase): OriginalRows {
  const tables = tableNames(database)
  const rows = (table: string): OriginalRow[] =>
    tables.has(table) ? database.prepare<[], OriginalRow>(`select * from ${table} order by rowid`).all() : []
  const lastIds = rows('sqlite_sequence').map((row) => [String(row.name), Number(row.seq)] as const)
  return {
    endpoints: rows('endpoints'),
    blocks: rows('incoming_blocks'),
    tokens: rows('client_tokens'),
    settings: new Map(rows('settings').map((row) => [String(row.key), String(row.value)])),
    lastIds: new Map(
      lastIds.filter(
        ([name]) => name === 'endpoints' || name === 'incoming_blocks' || name === 'client_tokens',
      ),
    ),
  }
}
