// The code of the thread of database-thread.ts: owns the connections, and executes the requests one after another.
import { parentPort } from 'node:worker_threads'
import type { Statement } from 'better-sqlite3'
import type { DatabaseReply, DatabaseRequest, StatementBatch, StatementResult } from './database-request.ts'
import { configureDatabase, openFile, vacuumDatabase, type SqliteDatabase } from './sqlite.ts'

interface Connection {
  readonly database: SqliteDatabase
  readonly prepared: Map<string, Statement>
}

// More than the store has; lists of values make statements of any length.
const MAX_PREPARED = 500

const connections = new Map<string, Connection>()

function connect(path: string): Connection {
  let connection = connections.get(path)
  if (connection === undefined) {
    const database = openFile(path)
    configureDatabase(database)
    connection = { database, prepared: new Map() }
    connections.set(path, connection)
  }
  return connection
}

function prepare({ database, prepared }: Connection, sql: string): Statement {
  let statement = prepared.get(sql)
  if (statement === undefined) {
    if (prepared.size >= MAX_PREPARED) prepared.clear()
    statement = database.prepare(sql)
    prepared.set(sql, statement)
  }
  return statement
}

function execute(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
): StatementResult | undefined {
  // On a full disk SQLite rolls back by itself. Another rollback would fail and hide the first error.
  if (sql === 'rollback' && !connection.database.inTransaction) return undefined
  const statement = prepare(connection, sql)
  if (statement.reader) return { rows: statement.all(...parameters), changes: 0, lastId: 0 }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { rows: [], changes, lastId: Number(lastInsertRowid) }
}

function executeBatches(connection: Connection, batches: readonly StatementBatch[]): void {
  const writeAll = connection.database.transaction(() => {
    for (const { sql, width, values } of batches) {
      const statement = prepare(connection, sql)
      for (let start = 0; start < values.length; start += width)
        statement.run(...values.slice(start, start + width))
    }
  })
  writeAll.immediate()
}

function respond(path: string, request: DatabaseRequest): StatementResult | undefined {
  if (request.kind === 'close') {
    connections.get(path)?.database.close()
    connections.delete(path)
    return undefined
  }
  const connection = connect(path)
  if (request.kind === 'execute') return execute(connection, request.sql, request.parameters)
  if (request.kind === 'batches') executeBatches(connection, request.batches)
  else vacuumDatabase(connection.database)
  return undefined
}

interface Message {
  readonly id: number
  readonly path: string
  readonly request: DatabaseRequest
}

parentPort?.on('message', ({ id, path, request }: Message) => {
  let reply: DatabaseReply
  try {
    reply = { id, result: respond(path, request) }
  } catch (error) {
    const { message, code } = error as { message?: string; code?: unknown }
    reply = { id, error: { message: message ?? String(error), code } }
  }
  parentPort?.postMessage(reply)
})
