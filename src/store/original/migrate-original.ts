// Takes over a database of the Python original (v3): a backup beside it, a new database in its place.
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Transaction } from 'kysely'
import { migrateSchema } from '../migrations/migrate-schema.ts'
import type { StoreTables } from '../tables/schema.ts'
import { isBusy } from '../sqlite/error-codes.ts'
import { createQueryBuilder } from '../sqlite/query-builder.ts'
import {
  columnNames,
  foldWriteAheadLog,
  openFile,
  reserveIds,
  tableNames,
  type SqliteDatabase,
} from '../sqlite/sqlite.ts'
import { storeError } from '../store-error.ts'
import { readOriginal, type OriginalRows } from './read-original.ts'
import { translateOriginal } from './translate-original.ts'

const ROWS_PER_STATEMENT = 500

export function isOriginal(database: SqliteDatabase): boolean {
  const tables = tableNames(database)
  return (
    !tables.has('schema_version') &&
    tables.has('settings') &&
    columnNames(database, 'endpoints').has('connected') &&
    columnNames(database, 'client_tokens').has('token')
  )
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function copyAside(path: string, nowIso: () => string): string {
  const backupPath = `${path}.original-v3-${nowIso().replace(/[-:]|\.\d+/g, '')}.bak`
  // A copy takes over the mode, and the original held its tokens in clear.
  chmodSync(path, 0o600)
  copyFileSync(path, backupPath, constants.COPYFILE_EXCL)
  sync(backupPath, 'r+')
  return backupPath
}

// SQLite bounds the parameters of one statement.
function* batches<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    yield rows.slice(start, start + ROWS_PER_STATEMENT)
  }
}

async function insertAll(
  tx: Transaction<StoreTables>,
  { endpoints, blocks, tokens, wires, settings }: ReturnType<typeof translateOriginal>,
): Promise<void> {
  for (const rows of batches(blocks)) await tx.insertInto('incoming_blocks').values(rows).execute()
  for (const rows of batches(endpoints)) await tx.insertInto('endpoints').values(rows).execute()
  for (const rows of batches(tokens)) await tx.insertInto('client_tokens').values(rows).execute()
  for (const rows of batches(wires)) await tx.insertInto('wires').values(rows).execute()
  for (const rows of batches(settings)) await tx.insertInto('settings').values(rows).execute()
}

async function writeDatabase(path: string, original: OriginalRows, nowIso: () => string): Promise<void> {
  for (const suffix of ['', '-journal']) rmSync(`${path}${suffix}`, { force: true })
  const database = openFile(path)
  try {
    const db = createQueryBuilder(database)
    await migrateSchema(db, path, nowIso)
    await db.transaction().execute((tx) => insertAll(tx, translateOriginal(original, nowIso())))
    for (const [table, lastId] of original.lastIds) reserveIds(database, table, lastId)
  } finally {
    database.close()
  }
}

/**
 * Writes a new database beside the original and renames it into its place: a crash leaves either the one or the other
 * whole, and nothing of the original's pages is left in it. Closes `database`.
 * @param path - of the original, which nothing else may have open: a store error is thrown where something does.
 * @returns where the backup is. It is the original as it was, its client tokens in clear.
 */
export async function migrateOriginal(
  database: SqliteDatabase,
  path: string,
  nowIso: () => string,
): Promise<string> {
  const freshPath = `${path}.migrating`
  try {
    foldWriteAheadLog(database)
    await writeDatabase(freshPath, readOriginal(database), nowIso)
  } catch (error) {
    if (isBusy(error)) throw storeError(`database ${path} is in use by another process`, error)
    throw error
  } finally {
    database.close()
  }
  const backupPath = copyAside(path, nowIso)
  renameSync(freshPath, path)
  // The new database's log must never be found beside the old one. Windows syncs no folders.
  if (process.platform !== 'win32') sync(dirname(path), 'r')
  return backupPath
}
