// A client token, a bearer credential of a client, in the admin API.
import { z } from 'zod'
import { count, etag, id, timestamp, tokenDetails } from './objects/field-schemas.ts'
import { clientTokenFields } from './objects/client-token-fields.ts'
import { acceptedShape, requiredMask, shownShape } from './objects/field-table.ts'

const { token: tokenValue, ...accepted } = acceptedShape(clientTokenFields)

export const clientTokenCreate = z
  .strictObject({ ...accepted, token: tokenValue })
  .partial()
  .required(requiredMask(clientTokenFields))
  .meta({ id: 'ClientTokenCreate' })
export type ClientTokenCreate = z.infer<typeof clientTokenCreate>

export const clientTokenPatch = z.strictObject(accepted).partial().meta({ id: 'ClientTokenPatch' })
export type ClientTokenPatch = z.infer<typeof clientTokenPatch>

export const clientTokenView = z
  .object({
    id,
    etag,
    ...shownShape(clientTokenFields),
    token_preview: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
    total_requests: count,
    prompt_tokens_total: count,
    completion_tokens_total: count,
    ...tokenDetails,
  })
  .meta({ id: 'ClientToken' })
export type ClientTokenView = z.infer<typeof clientTokenView>

export const clientTokenList = z.array(clientTokenView).meta({ id: 'ClientTokenList' })

export const clientTokenCreated = clientTokenView
  .extend({ token: z.string() })
  .meta({ id: 'ClientTokenCreated' })
export type ClientTokenCreated = z.infer<typeof clientTokenCreated>
