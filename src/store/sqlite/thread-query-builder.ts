// Kysely over the thread of SQLite.
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Driver,
} from 'kysely'
import type { StoreTables } from '../tables/schema.ts'
import type { DatabaseClient } from './database-client.ts'

/** One connection for all queries: its users must not overlap. */
function createDriver(client: DatabaseClient): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
      const { rows, changes, lastId } = await client.execute(sql, parameters)
      return { rows: rows as Row[], numAffectedRows: BigInt(changes), insertId: BigInt(lastId) }
    },
    streamQuery() {
      throw new Error('rows are not streamed')
    },
  }
  const run = async (sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql))
  }
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    // A transaction that will write takes the lock at once: it waits for it before its first reading, not between two.
    beginTransaction: (_connection, { accessMode }) =>
      run(accessMode === 'read only' ? 'begin' : 'begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  }
}

export const createThreadQueryBuilder = (client: DatabaseClient): Kysely<StoreTables> =>
  new Kysely<StoreTables>({
    dialect: {
      createDriver: () => createDriver(client),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  })
