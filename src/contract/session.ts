// An operator's session in the admin API. The credential is a cookie that no page can read.
import { z } from 'zod'
import { id, timestamp } from './objects/field-schemas.ts'

export const sessionCreate = z
  .strictObject({ token: z.string().min(1).max(4096).meta({ description: 'The admin token.' }) })
  .meta({ id: 'SessionCreate' })

export const sessionView = z
  .object({
    actor: z.string().meta({ description: 'What the audit calls this session.' }),
    csrf_token: z.string().meta({
      description: 'To be sent as X-CSRF-Token with every request of this session that changes something.',
    }),
    expires_at: timestamp.meta({
      description: 'A request in the last half of its life prolongs the session.',
    }),
  })
  .meta({ id: 'Session' })
export type SessionView = z.infer<typeof sessionView>

/** The client token with which the Load Producer of a session runs. */
export const testTokenView = z
  .object({
    id: id.nullable(),
    token: z.string().nullable().meta({
      description: 'null while the balancer serves clients without a token: no token was ever made.',
    }),
    name: z.string(),
    lifetime_seconds: z.int().positive().meta({
      description: 'It is removed after this time unless it is asked for again, and when the session ends.',
    }),
  })
  .meta({ id: 'TestToken' })
export type TestTokenView = z.infer<typeof testTokenView>
