// The audit log in the store.
import { sql, type Kysely } from 'kysely'
import type { AuditEntry, AuditQuery } from '../../contract/audit.ts'
import type { StoreTables } from './schema.ts'
import type { AuditRecord } from '../store.ts'

type ChangedFields = AuditEntry['before']

const write = (fields: ChangedFields): string | null => (fields === null ? null : JSON.stringify(fields))
const read = (text: string | null): ChangedFields =>
  text === null ? null : (JSON.parse(text) as ChangedFields)

export async function appendAudit(db: Kysely<StoreTables>, record: AuditRecord): Promise<void> {
  const row = { ...record, before: write(record.before), after: write(record.after) }
  await db.insertInto('audit').values(row).execute()
}

const pattern = (text: string): string => text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')

/** @param start - matched literally, in any case. */
const startsWith = (column: keyof StoreTables['audit'], start: string) =>
  sql<boolean>`lower(${sql.ref(column)}) like ${`${pattern(start)}%`} escape '\\'`

const contains = (column: keyof StoreTables['audit'], text: string) =>
  sql<boolean>`lower(${sql.ref(column)}) like ${`%${pattern(text)}%`} escape '\\'`

const TEXTS = ['request_id', 'actor', 'action', 'object_type', 'object_id'] as const
const DOCUMENTS = ['before', 'after'] as const

/** Newest first. */
export async function readAudit(db: Kysely<StoreTables>, query: AuditQuery): Promise<AuditEntry[]> {
  const { actor, since, until, q } = query
  let select = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(query.limit)
  if (query.before_id !== undefined) select = select.where('id', '<', query.before_id)
  for (const column of ['object_type', 'object_id', 'action'] as const) {
    const value = query[column]
    if (value !== undefined) select = select.where(column, '=', value)
  }
  if (actor !== undefined)
    select = select.where(({ eb, or }) => or([eb('actor', '=', actor), startsWith('actor', `${actor}/`)]))
  if (since !== undefined) select = select.where('at', '>=', since)
  if (until !== undefined) select = select.where('at', '<', until)
  if (q !== undefined) {
    // The documents hold JSON, so the text is searched in its escaped form.
    const written = JSON.stringify(q).slice(1, -1)
    select = select.where(({ or }) =>
      or([
        ...TEXTS.map((column) => contains(column, q)),
        ...DOCUMENTS.map((column) => contains(column, written)),
      ]),
    )
  }
  const rows = await select.execute()
  return rows.map((row) => ({ ...row, before: read(row.before), after: read(row.after) }))
}

// Bounds how long one deletion holds the database.
const ROWS_PER_TRIM = 5_000

/** Removes the oldest rows of those from before a time. @returns whether there may be more. */
export async function trimAudit(db: Kysely<StoreTables>, before: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('audit')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('audit').select('id').where('at', '<', before).orderBy('at').limit(ROWS_PER_TRIM),
    )
    .executeTakeFirstOrThrow()
  return numDeletedRows >= BigInt(ROWS_PER_TRIM)
}
