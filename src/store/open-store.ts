// Opens the store: locks the database, migrates it and composes the tables with SQLite.
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { createKyselyStore, type DatabaseControl } from './kysely-store.ts'
import { migrateSchema } from './migrate-schema.ts'
import { isOriginal, migrateOriginal } from './original/migrate-original.ts'
import { createDatabaseClient, type DatabaseClient } from './sqlite/database-client.ts'
import { createDatabaseThread, type DatabaseThread } from './sqlite/database-thread.ts'
import { isBusy, isNotSqlite, isUniqueViolation } from './sqlite/error-codes.ts'
import { lockDatabase } from './sqlite/lock-database.ts'
import { createQueryBuilder } from './sqlite/query-builder.ts'
import { configureDatabase, openFile, tableNames, type SqliteDatabase } from './sqlite/sqlite.ts'
import { createThreadQueryBuilder } from './sqlite/thread-query-builder.ts'
import { counterRows, type CounterRows } from './tables/counter-columns.ts'
import { addHistory, HISTORY_WIDTH, historyValues } from './tables/history-table.ts'
import { seedBlock } from './seed-block.ts'
import { isStoreError, storeError } from './store-error.ts'
import type { Store } from './store.ts'

interface StoreOptions {
  readonly path: string
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number
  /**
   * Called after a database of the Python original has been migrated. The backup holds client tokens in clear text, so
   * the operator should delete it when it is no longer needed.
   */
  readonly onOriginalMigrated?: (backupPath: string) => void
  /** Shared with other stores and not stopped with this one. Default: a thread of its own. */
  readonly thread?: DatabaseThread
}

/** All spellings of one path must use the same lock. */
function canonicalPath(path: string): string {
  const absolute = resolve(path)
  mkdirSync(dirname(absolute), { recursive: true })
  return existsSync(absolute)
    ? realpathSync(absolute)
    : join(realpathSync(dirname(absolute)), basename(absolute))
}

async function openDatabase(
  path: string,
  nowIso: () => string,
  onOriginalMigrated?: (backupPath: string) => void,
): Promise<SqliteDatabase> {
  let database = openFile(path)
  try {
    if (isOriginal(database)) {
      const backupPath = await migrateOriginal(database, path, nowIso)
      database = openFile(path)
      onOriginalMigrated?.(backupPath)
    }
    const tables = tableNames(database)
    if (tables.size > 0 && !tables.has('schema_version')) {
      throw storeError(`database ${path} belongs to another program`)
    }
    configureDatabase(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function forOperator(error: unknown, path: string): unknown {
  if (isStoreError(error)) return error
  if (isNotSqlite(error)) return storeError(`database ${path} is not an SQLite file`, error)
  // Errors of the file system and SQLite have a code. Any other error is a bug and keeps its stack.
  if (error instanceof Error && 'code' in error) {
    return storeError(`database ${path} cannot be opened: ${error.message}`, error)
  }
  return error
}

/**
 * Opens the database; creates it and its folder if missing. Throws a store error, whose message is for the operator, if
 * another process uses it, a newer release wrote it, or it is not a database of the balancer.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path, now = Date.now, onOriginalMigrated } = options
  const nowIso = (): string => new Date(now()).toISOString()
  let lock: ReturnType<typeof lockDatabase> | undefined
  let database: SqliteDatabase | undefined
  try {
    const realPath = canonicalPath(path)
    lock = lockDatabase(realPath)
    database = await openDatabase(realPath, nowIso, onOriginalMigrated)
    const db = createQueryBuilder(database)
    await migrateSchema(db, realPath, nowIso)
    await seedBlock(db, nowIso)
    // From here on the thread has the only connection.
    database.close()
    const thread = options.thread ?? createDatabaseThread()
    const client = createDatabaseClient(thread, realPath)
    const { release } = lock
    const onClosed = async (): Promise<void> => {
      if (options.thread === undefined) await thread.stop()
      release()
    }
    return createKyselyStore(
      createThreadQueryBuilder(client),
      createDatabaseControl(client, onClosed),
      nowIso,
    )
  } catch (error) {
    database?.close()
    lock?.release()
    throw forOperator(error, path)
  }
}

const updateStatement = ({ table, columns }: CounterRows): string =>
  `update ${table} set ${columns.map((column) => `${column} = ?`).join(', ')} where id = ?`

const createDatabaseControl = (client: DatabaseClient, onClosed: () => Promise<void>): DatabaseControl => ({
  isUniqueViolation,
  isBusy,
  vacuum: client.vacuum,
  isOpen: client.isOpen,
  writeCounters: (counters) =>
    client.executeBatches(
      counterRows(counters).map((rows) => ({
        sql: updateStatement(rows),
        width: rows.columns.length + 1,
        values: rows.values,
      })),
    ),
  writeHistory: (samples) =>
    client.executeBatches([{ sql: addHistory, width: HISTORY_WIDTH, values: historyValues(samples) }]),
  async close() {
    // Closing the last connection moves the write-ahead log into the database.
    await client.close()
    await onClosed()
  },
})
