// Rows of the audit log and the query that filters them.
import { z } from 'zod'
import { id, timestamp } from './objects/field-schemas.ts'

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

export const moment = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    'takes a time such as 2027-01-31T09:00:00Z or a date',
  )
  .transform((text) => new Date(text).toISOString())

const filterText = z.string().min(1).max(200)

// Query strings carry numbers as text.
export const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  before_id: z.coerce.number().int().positive().optional(),
  object_type: filterText.optional(),
  object_id: filterText.optional(),
  action: filterText.optional(),
  actor: filterText.optional().meta({ description: "A credential's sessions are found with it." }),
  since: moment.optional().meta({ description: 'At this time or later. A date is its midnight in UTC.' }),
  until: moment.optional().meta({ description: 'Before this time.' }),
  q: filterText.optional().meta({ description: 'Text anywhere in the row, in any case.' }),
})
export type AuditQuery = z.infer<typeof auditQuery>
