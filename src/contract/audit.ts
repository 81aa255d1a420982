// An audit row: who changed what, from what to what.
import { z } from 'zod'
import { id, timestamp } from './fields.ts'

const changedFields = z.record(z.string(), z.unknown()).nullable()

export const auditEntry = z
  .object({
    id,
    at: timestamp,
    request_id: z.string(),
    actor: z.string().meta({ description: 'Fingerprint of the credential, never the credential.' }),
    action: z.string().meta({ example: 'endpoint.update' }),
    object_type: z.string(),
    object_id: z.string().nullable(),
    before: changedFields,
    after: changedFields,
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof auditEntry>

export const auditPage = z.array(auditEntry).meta({ id: 'AuditPage' })

// Query strings carry numbers as text.
export const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  before_id: z.coerce.number().int().positive().optional(),
})
export type AuditQuery = z.infer<typeof auditQuery>
