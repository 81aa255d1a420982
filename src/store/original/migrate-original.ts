// Migrates a database of the Python original (v3): writes a backup and replaces it by a new database.
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
import { migrateSchema } from '../migrate-schema.ts'
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
  // The copy inherits the mode, and the original holds tokens in clear text.
  chmodSync(path, 0o600)
  copyFileSync(path, backupPath, constants.COPYFILE_EXCL)
  sync(backupPath, 'r+')
  return backupPath
}

// SQLite limits the parameters of one statement.
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
 * Writes a new database beside the original and renames it over the original, so that a crash leaves one of the two
 * complete and no page of the original remains. Closes `database`. Throws a store error if another process has it open.
 * @param path - of the original.
 * @returns the path of the backup, an unchanged copy of the original with client tokens in clear text.
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
  // Makes the rename durable before the new database writes a log, which must not appear beside the old one. Windows cannot sync folders.
  if (process.platform !== 'win32') sync(dirname(path), 'r')
  return backupPath
}
