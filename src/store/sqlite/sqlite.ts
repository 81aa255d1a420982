// Opens, configures, inspects and vacuums an SQLite database.
import { chmodSync, closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { addSketchFunctions } from './sketch-functions.ts'

export type SqliteDatabase = Database.Database

// How long a statement waits for another program that holds the database.
const BUSY_TIMEOUT_MS = 3_000
const MMAP_BYTES = 256 * 1024 * 1024
const JOURNAL_LIMIT_BYTES = 16 * 1024 * 1024

/** SQLite gives the write-ahead log and its index the mode of the database file. */
function makePrivate(path: string): void {
  try {
    // Creates new files only: closing a descriptor of a file that is open in this process would drop SQLite's locks on it.
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

/** Sets WAL and the settings that SQLite does not store in the file. FULL, since acknowledged writes must survive power loss. */
export function configureDatabase(database: SqliteDatabase): void {
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = full')
  database.pragma('foreign_keys = on')
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  database.pragma(`journal_size_limit = ${JOURNAL_LIMIT_BYTES}`)
  database.pragma(`mmap_size = ${MMAP_BYTES}`)
  // Deleted and replaced keys must not remain in free pages.
  database.pragma('secure_delete = on')
  addSketchFunctions(database)
}

/**
 * Moves the contents of the write-ahead log into the database file and deletes the log.
 * Throws an SQLITE_BUSY error if another process has the database open.
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

/** Keeps AUTOINCREMENT from reusing ids up to `lastId`. */
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
