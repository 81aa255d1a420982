// A client token (a bearer credential of a client) as the admin API reads and shows it.
import { z } from 'zod'
import { count, displayName, etag, id, percent, position, timestamp } from './fields.ts'

const writable = {
  name: displayName,
  incoming_block_id: id,
  preferred_endpoint_id: id.nullable().meta({
    description: 'Narrows the candidates to this endpoint, which needs a wire from the block; null for none.',
  }),
  request_priority: z.int().min(0).max(100_000).meta({
    description: "Sent upstream as vLLM's priority where it is not 0; lower is earlier.",
  }),
  min_traffic_percent: percent.meta({
    description:
      'Over this share of the token-authenticated requests the token is answered from the cache only; 0 for no cap.',
  }),
  guaranteed_share_percent: percent.meta({
    description:
      "Of the completion tokens of its block while requests wait; what is not used is lent to others. The block's sum is at most 100.",
  }),
  pos_x: position,
  pos_y: position,
}

const accepted = {
  ...writable,
  preferred_endpoint_id: count
    .nullable()
    .transform((endpointId) => (endpointId === 0 ? null : endpointId))
    .meta({ description: 'An endpoint id; null or 0 for none.' }),
}

const tokenValue = z
  .string()
  .regex(/^[\x21-\x7e]{8,512}$/, 'takes 8 to 512 printable ASCII characters without spaces')
  .meta({ description: 'Made by the server when absent. Stored as a digest and shown only in this answer.' })

export const clientTokenCreate = z
  .strictObject({ ...accepted, token: tokenValue })
  .partial()
  .required({ name: true })
  .meta({ id: 'ClientTokenCreate' })
export type ClientTokenCreate = z.infer<typeof clientTokenCreate>

export const clientTokenPatch = z.strictObject(accepted).partial().meta({ id: 'ClientTokenPatch' })
export type ClientTokenPatch = z.infer<typeof clientTokenPatch>

export const clientTokenView = z
  .object({
    id,
    etag,
    ...writable,
    token_preview: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
    total_requests: count,
    prompt_tokens_total: count,
    completion_tokens_total: count,
  })
  .meta({ id: 'ClientToken' })
export type ClientTokenView = z.infer<typeof clientTokenView>

export const clientTokenList = z.array(clientTokenView).meta({ id: 'ClientTokenList' })

export const clientTokenCreated = clientTokenView
  .extend({ token: z.string() })
  .meta({ id: 'ClientTokenCreated' })
export type ClientTokenCreated = z.infer<typeof clientTokenCreated>
