// Migration 5: indexes of the audit log, by object and by time.
import type { Kysely } from 'kysely'

export async function indexAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('audit_object').on('audit').columns(['object_type', 'object_id']).execute()
  await db.schema.createIndex('audit_at').on('audit').column('at').execute()
}
