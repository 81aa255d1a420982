// One database on the thread of SQLite.
import type { StatementBatch, StatementResult } from './database-request.ts'
import type { DatabaseThread } from './database-thread.ts'

export interface DatabaseClient {
  execute(sql: string, parameters: readonly unknown[]): Promise<StatementResult>
  /** Executes the batches in a transaction of their own. */
  executeBatches(batches: readonly StatementBatch[]): Promise<void>
  vacuum(): Promise<void>
  /** Whether it has not been closed. */
  isOpen(): boolean
  /** Later calls are rejected. Must not be called while others run. */
  close(): Promise<void>
}

/** @param path - of a database with the current schema. */
export function createDatabaseClient(thread: DatabaseThread, path: string): DatabaseClient {
  let isClosed = false
  const run: DatabaseThread['run'] = async (...request) => {
    if (isClosed) throw new Error('the database is closed')
    return thread.run(...request)
  }
  return {
    execute: (sql, parameters) => run(path, { kind: 'execute', sql, parameters }),
    async executeBatches(batches) {
      await run(path, { kind: 'batches', batches })
    },
    async vacuum() {
      await run(path, { kind: 'vacuum' })
    },
    isOpen: () => !isClosed,
    async close() {
      isClosed = true
      await thread.run(path, { kind: 'close' })
    },
  }
}
