// Opens the store: takes the lock, brings the database to today's schema and hands over what the daemon works with.
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { createKyselyStore, type DatabaseControl } from './kysely-store.ts'
import { migrateSchema } from './migrations/migrate-schema.ts'
import { isOriginal, migrateOriginal } from './original/migrate-original.ts'
import { createCounterWriter } from './sqlite/counter-writer.ts'
import { isNotSqlite, isUniqueViolation } from './sqlite/error-codes.ts'
import { lockDatabase } from './sqlite/lock-database.ts'
import { createQueryBuilder } from './sqlite/query-builder.ts'
import {
  configureDatabase,
  isResponsive,
  openFile,
  tableNames,
  vacuumDatabase,
  type SqliteDatabase,
} from './sqlite/sqlite.ts'
import { seedBlock } from './tables/seed-block.ts'
import { isStoreError, storeError } from './store-error.ts'
import type { Store } from './store.ts'

interface StoreOptions {
  readonly path: string
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number
  /**
   * Called once a database of the Python original has been migrated. The backup holds its client tokens in clear, so
   * the operator should be told to delete it when it is no longer wanted.
   */
  readonly onOriginalMigrated?: (backupPath: string) => void
}

/** Two spellings of one file must meet at one lock. */
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
  // The file system and SQLite name their errors by code; anything else is a mistake of ours and keeps its stack.
  if (error instanceof Error && 'code' in error) {
    return storeError(`database ${path} cannot be opened: ${error.message}`, error)
  }
  return error
}

/**
 * Opens the database, which is made where there is none, with its folder. Throws a store error, whose message is for
 * the operator, where it is in use by another process, of a newer release, or no database of ours.
 */
export async function openStore({ path, now = Date.now, onOriginalMigrated }: StoreOptions): Promise<Store> {
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
    return createKyselyStore(db, createDatabaseControl(realPath, database, lock), nowIso)
  } catch (error) {
    database?.close()
    lock?.release()
    throw forOperator(error, path)
  }
}

function createDatabaseControl(
  path: string,
  database: SqliteDatabase,
  lock: { release(): void },
): DatabaseControl {
  const counterWriter = createCounterWriter(path)
  return {
    isUniqueViolation,
    vacuum: () => vacuumDatabase(database),
    isResponsive: () => isResponsive(database),
    writeCounters: counterWriter.write,
    async close() {
      await counterWriter.close()
      // The last connection to close folds the write-ahead log into the database.
      database.close()
      lock.release()
    },
  }
}
