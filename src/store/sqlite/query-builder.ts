// Kysely over an SQLite connection.
import { Kysely, SqliteDialect } from 'kysely'
import type { StoreTables } from '../tables/schema.ts'
import type { SqliteDatabase } from './sqlite.ts'

export function createQueryBuilder(database: SqliteDatabase): Kysely<StoreTables> {
  const connection = {
    close: () => void database.close(),
    // On a full disk SQLite rolls back by itself. Another rollback would fail and hide the first error.
    prepare: (sql: string) =>
      database.prepare(sql === 'rollback' && !database.inTransaction ? 'select 1' : sql),
  }
  return new Kysely<StoreTables>({ dialect: new SqliteDialect({ database: connection }) })
}
