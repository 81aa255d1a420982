// Classifies SQLite's error codes. @see https://sqlite.org/rescode.html

const hasCode = (error: unknown, prefix: string): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith(prefix)

export const isUniqueViolation = (error: unknown): boolean => hasCode(error, 'SQLITE_CONSTRAINT_UNIQUE')
export const isNotSqlite = (error: unknown): boolean => hasCode(error, 'SQLITE_NOTADB')
export const isBusy = (error: unknown): boolean => hasCode(error, 'SQLITE_BUSY')
