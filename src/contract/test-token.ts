// The client token with which the Load Producer of a session runs.
import { z } from 'zod'
import { id } from './objects/field-schemas.ts'

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
