// All that is SQLite's own: opening, PRAGMAs, VACUUM, error codes and the lock that keeps a database to one process.
import { chmodSync, closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { StoreTables } from '../tables/schema.ts'
import { storeError } from '../store-error.ts'

export type SqliteDatabase = Database.Database

const BUSY_TIMEOUT_MS = 5_000
// Enough for a process that has just been killed to be gone.
const LOCK_TIMEOUT_MS = 1_000
const MMAP_BYTES = 256 * 1024 * 1024
const JOURNAL_LIMIT_BYTES = 16 * 1024 * 1024

const hasCode = (error: unknown, prefix: string): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith(prefix)

export const isUniqueViolation = (error: unknown): boolean => hasCode(error, 'SQLITE_CONSTRAINT_UNIQUE')
export const isNotSqlite = (error: unknown): boolean => hasCode(error, 'SQLITE_NOTADB')
export const isBusy = (error: unknown): boolean => hasCode(error, 'SQLITE_BUSY')

/** The write-ahead log and its index take their mode from the database's. */
function makePrivate(path: string): void {
  try {
    // Only ever a new file: closing a descriptor of a file that is open in this process would drop SQLite's locks on it.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    chmodSync(path, 0o600)
  }
}

/** Opens or creates a database with mode 0600 and leaves its settings as they are. */
export function openFile(path: string, timeoutMs = BUSY_TIMEOUT_MS): SqliteDatabase {
  makePrivate(path)
  return new Database(path, { timeout: timeoutMs })
}

/**
 * Keeps the database to this process. The operating system holds the lock and frees it however the process ends.
 * Throws a store error where another process holds it.
 */
export function lockDatabase(path: string): { release(): void } {
  const lock = openFile(`${path}.lock`, LOCK_TIMEOUT_MS)
  try {
    lock.pragma('locking_mode = exclusive')
    lock.pragma('journal_mode = memory')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (isBusy(error)) throw storeError(`database ${path} is in use by another process`, error)
    throw error
  }
  return { release: () => void lock.close() }
}

/** Sets what SQLite does not keep in the file, and WAL. FULL because what was acknowledged must survive power loss. */
export function configureDatabase(database: SqliteDatabase): void {
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = full')
  database.pragma('foreign_keys = on')
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  database.pragma(`journal_size_limit = ${JOURNAL_LIMIT_BYTES}`)
  database.pragma(`mmap_size = ${MMAP_BYTES}`)
  // Purged keys and replaced ones leave no copy in free pages.
  database.pragma('secure_delete = on')
}

/**
 * Brings what waits in the write-ahead log into the database file and does away with the log.
 * Throws an SQLITE_BUSY error where another process has the database open.
 */
export function foldWriteAheadLog(database: SqliteDatabase): void {
  database.pragma('journal_mode = delete')
}

export function tableNames(database: SqliteDatabase): Set<string> {
  const names = database.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck()
  return new Set(names.all())
}

export function columnNames(database: SqliteDatabase, table: string): Set<string> {
  const names = database.prepare<[string], string>('select name from pragma_table_info(?)').pluck()
  return new Set(names.all(table))
}

/** Keeps AUTOINCREMENT from giving out an id up to `lastId` again. */
export function reserveIds(database: SqliteDatabase, table: string, lastId: number): void {
  const { changes } = database
    .prepare('update sqlite_sequence set seq = max(seq, ?) where name = ?')
    .run(lastId, table)
  if (changes === 0)
    database.prepare('insert into sqlite_sequence (name, seq) values (?, ?)').run(table, lastId)
}

export function vacuumDatabase(database: SqliteDatabase): void {
  database.exec('vacuum')
  database.pragma('wal_checkpoint(truncate)')
}

export function isResponsive(database: SqliteDatabase): boolean {
  try {
    return database.prepare('select 1').pluck().get() === 1
  } catch {
    return false
  }
}

export function createQueryBuilder(database: SqliteDatabase): Kysely<StoreTables> {
  const connection = {
    close: () => void database.close(),
    // A full disk makes SQLite roll back by itself; a second rollback would fail and hide the first error.
    prepare: (sql: string) =>
      database.prepare(sql === 'rollback' && !database.inTransaction ? 'select 1' : sql),
  }
  return new Kysely<StoreTables>({ dialect: new SqliteDialect({ database: connection }) })
}
