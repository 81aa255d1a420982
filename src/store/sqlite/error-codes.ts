// Classifies SQLite's error codes. @see https://sqlite.org/rescode.html
import Database from 'better-sqlite3'

const hasCode = (error: unknown, prefix: string): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith(prefix)

export const isUniqueViolation = (error: unknown): boolean => hasCode(error, 'SQLITE_CONSTRAINT_UNIQUE')
export const isNotSqlite = (error: unknown): boolean => hasCode(error, 'SQLITE_NOTADB')
export const isBusy = (error: unknown): boolean => hasCode(error, 'SQLITE_BUSY')
