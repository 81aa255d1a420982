// Logs each configuration change with the fields of its audit row.
import type { Logger } from 'pino'
import type { AuditEntry } from '../contract/audit.ts'

export interface AuditLog {
  /** Secrets in `before` and `after` are masked by the caller; the logger censors any that remain. */
  record(entry: Omit<AuditEntry, 'id'>): void
}

export const createAuditLog = (logger: Logger): AuditLog => ({
  record: ({ at, request_id, actor, action, object_type, object_id, before, after }) =>
    logger.info({ at, request_id, actor, action, object_type, object_id, before, after }, 'audit'),
})
