// The audit log in the store.
import type { Kysely } from 'kysely'
import type { AuditEntry, AuditQuery } from '../contract/audit.ts'
import type { StoreTables } from './schema.ts'
import type { AuditRecord } from './store.ts'

type ChangedFields = AuditEntry['before']

const write = (fields: ChangedFields): string | null => (fields === null ? null : JSON.stringify(fields))
const read = (text: string | null): ChangedFields =>
  text === null ? null : (JSON.parse(text) as ChangedFields)

export async function appendAudit(db: Kysely<StoreTables>, record: AuditRecord): Promise<void> {
  const row = { ...record, before: write(record.before), after: write(record.after) }
  await db.insertInto('audit').values(row).execute()
}

/** Newest first. */
export async function readAudit(db: Kysely<StoreTables>, query: AuditQuery): Promise<AuditEntry[]> {
  let select = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(query.limit)
  if (query.before_id !== undefined) select = select.where('id', '<', query.before_id)
  const rows = await select.execute()
  return rows.map((row) => ({ ...row, before: read(row.before), after: read(row.after) }))
}
