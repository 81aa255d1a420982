// Writes each change of the configuration to the log, with the facts of its audit row.
import type { Logger } from 'pino'
import type { AuditEntry } from '../contract/audit.ts'

export interface AuditLog {
  /** Secrets in `before` and `after` come masked; the logger replaces what is left of them. */
  record(entry: Omit<AuditEntry, 'id'>): void
}

export const createAuditLog = (logger: Logger): AuditLog => ({
  record: ({ at, request_id, actor, action, object_type, object_id, before, after }) =>
    logger.info({ at, request_id, actor, action, object_type, object_id, before, after }, 'audit'),
})
