// Fills a database with a large configuration directly: the admin API would take too long.
import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'

type Row = Record<string, unknown>

export interface Fleet {
  readonly endpoints: number
  readonly tokens: number
  /** Models of the whole fleet; 0 where every endpoint takes any. */
  readonly models: number
  /** Models that an endpoint serves. */
  readonly each: number
}

interface LargeConfiguration extends Fleet {
  /** Value of one client token. */
  readonly clientToken: string
}

export const modelName = (model: number): string => `model-${model}`

/** The models of an endpoint. @param index - from 0. */
export const modelsOf = ({ models, each }: Fleet, index: number): string[] =>
  Array.from({ length: Math.min(models, each) }, (_, at) => modelName((index * each + at) % models))

const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex')

function insertAll(db: Database.Database, table: string, rows: Iterable<Row>): void {
  let statement: Database.Statement | undefined
  for (const row of rows) {
    const names = Object.keys(row)
    const columns = names.map((name) => `"${name}"`).join(', ')
    statement ??= db.prepare(
      `insert into ${table} (${columns}) values (${names.map((name) => `@${name}`).join(', ')})`,
    )
    statement.run(row)
  }
}

function firstOf(db: Database.Database, table: string): Row {
  const row = db.prepare(`select * from ${table} order by id limit 1`).get() as Row | undefined
  if (row === undefined) throw new Error(`nothing to copy in ${table}`)
  return row
}

function* copies(row: Row, count: number, change: (index: number) => Row): Generator<Row> {
  for (let index = 1; index <= count; index += 1)
    yield { ...row, id: Number(row.id) + index, ...change(index) }
}

/**
 * Copies the first endpoint, with its wires, and the first client token until there are so many.
 * @param path - of a database that no process has open.
 */
export function enlarge(path: string, configuration: LargeConfiguration): void {
  const { endpoints, tokens, clientToken } = configuration
  const db = new Database(path)
  const fill = db.transaction(() => {
    const endpoint = firstOf(db, 'endpoints')
    const models = (index: number): string => JSON.stringify(modelsOf(configuration, index))
    db.prepare('update endpoints set models = ? where id = ?').run(models(0), endpoint.id)
    const wires = db.prepare('select * from wires where endpoint_id = ?').all(endpoint.id) as Row[]
    insertAll(
      db,
      'endpoints',
      copies(endpoint, endpoints - 1, (index) => ({ name: `copy ${index}`, models: models(index) })),
    )
    for (const wire of wires) {
      const more = Array.from({ length: endpoints - 1 }, (_, index) => ({
        ...wire,
        endpoint_id: Number(endpoint.id) + index + 1,
      }))
      insertAll(db, 'wires', more)
    }
    insertAll(
      db,
      'client_tokens',
      copies(firstOf(db, 'client_tokens'), tokens - 1, (index) => ({
        name: `copy ${index}`,
        digest: digest(index === 1 ? clientToken : `copy ${index}`),
      })),
    )
  })
  fill()
  db.close()
}
