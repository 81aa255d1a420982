// The fields of a client token.
import { z } from 'zod'
import {
  count,
  displayName,
  endpointName,
  id,
  modelPatterns,
  normalisePatterns,
  percent,
  position,
} from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'

const tokenValue = z
  .string()
  .regex(/^[\x21-\x7e]{8,512}$/, 'takes 8 to 512 printable ASCII characters without spaces')
  .meta({
    description: 'Made by the server when absent. Stored as a digest and shown only in this response.',
  })

export const clientTokenFields = {
  name: {
    schema: displayName,
    property: 'name',
    initial: '',
    isRequired: true,
    takes: '1 to 120 visible characters',
  },
  incoming_block_id: {
    schema: id,
    property: 'blockId',
    // In a new gateway. Otherwise the server replaces it by the block with the lowest id.
    initial: 1,
    inFile: 'always',
    reference: { name: 'incoming_block', schema: displayName },
    takes: 'the id of a block',
    meaning: 'the block that the token belongs to; the first block if absent',
  },
  preferred_endpoint_id: {
    schema: id.nullable().meta({
      description:
        'Narrows the candidates to this endpoint, which needs a wire from the block; null for none.',
    }),
    accepts: count
      .nullable()
      .transform((endpointId) => (endpointId === 0 ? null : endpointId))
      .meta({ description: 'An endpoint id; null or 0 for none.' }),
    property: 'preferredEndpointId',
    initial: null,
    reference: { name: 'preferred_endpoint', schema: endpointName.nullable() },
    takes: 'the id of an endpoint, or null',
    meaning: 'the only endpoint that requests of this token go to; a wire must connect its block to it',
  },
  allowed_models: {
    schema: modelPatterns.meta({
      description: 'What its requests may name, of what its block allows; empty for any model.',
    }),
    property: 'allowedModels',
    initial: [] as readonly string[],
    normalise: normalisePatterns,
    takes: 'a list of model names and patterns with `*`',
    meaning: 'the models and aliases that it may use, of those that its block allows; empty for all',
  },
  request_priority: {
    schema: z.int().min(0).max(100_000).meta({
      description: "Sent upstream as vLLM's priority where it is not 0; lower is earlier.",
    }),
    property: 'requestPriority',
    initial: 0,
    meaning: "order in the queue, also sent upstream as vLLM's `priority`; lower is earlier",
  },
  min_traffic_percent: {
    schema: percent.meta({
      description:
        'Over this share of the token-authenticated requests the token is served from the cache only; 0 for no cap.',
    }),
    property: 'minTrafficPercent',
    initial: 0,
    meaning:
      "while the token's share of the requests of the last minute exceeds this percentage, only the cache serves its requests; 0 for no cap",
  },
  guaranteed_share_percent: {
    schema: percent.meta({
      description:
        "Of the completion tokens of its block while requests wait; what is not used is lent to others. The block's sum is at most 100.",
    }),
    property: 'guaranteedSharePercent',
    initial: 0,
    meaning:
      "share of its block's tokens that the token gets while requests wait; the guarantees of a block add up to at most 100",
  },
  pos_x: {
    schema: position,
    property: 'posX',
    initial: 80,
    inFile: 'never',
    meaning: 'position on the canvas',
  },
  pos_y: {
    schema: position,
    property: 'posY',
    initial: 100,
    inFile: 'never',
    meaning: 'position on the canvas',
  },
  token: {
    schema: tokenValue,
    isCreateOnly: true,
    takes: '8 to 512 printable characters',
    meaning: 'only at creation; generated if absent',
  },
} as const satisfies FieldTable
