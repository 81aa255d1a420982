// Where requests were sent and why, and where a request would be sent, in the admin API.
import { z } from 'zod'
import { errorCodes, type ErrorCode } from '../error-codes.ts'
import { apiNames } from '../objects/api-names.ts'
import { candidateStates, choiceReasons, decisionOutcomes } from '../objects/decision-words.ts'
import { count, id, timestamp } from '../objects/field-schemas.ts'
import { placement, routingMode } from '../objects/routing-field-schemas.ts'

const ms = z.number().nullable()

export const candidate = z
  .object({
    endpoint_id: id,
    state: z.enum(candidateStates).meta({ description: 'What the selection found of it.' }),
    pass: z.number().nullable().meta({
      description:
        'In percentage mode: tokens served by quota percent, the lowest is furthest behind its share; else null.',
    }),
    rank: z.number().nullable().meta({ description: 'In priority mode its priority_order; else null.' }),
    inflight: count.meta({ description: 'Requests at the endpoint before this one.' }),
    expected_ms: ms.meta({
      description:
        'Expected milliseconds until the first token; null where it was not asked, as of one that was ruled out.',
    }),
    queue_ms: ms.meta({
      description: 'Of these the milliseconds before the endpoint would begin with the request.',
    }),
    cached_tokens: z.number().nullable().meta({
      description: 'Of the tokens of the prompt those that its cache is taken to hold.',
    }),
  })
  .meta({ id: 'Candidate' })
export type CandidateView = z.infer<typeof candidate>

const selection = {
  block_id: id,
  token_id: id.nullable().meta({ description: 'null for clients without a stored token.' }),
  model: z.string().nullable().meta({ description: 'As the client or its alias names it.' }),
  alias: z.string().nullable(),
  call: z.enum(apiNames),
  routing_mode: routingMode,
  placement,
  has_session: z
    .boolean()
    .meta({ description: 'Whether it belongs to a session that stays at one endpoint.' }),
  prompt_tokens: z.number().meta({ description: 'As estimated from the length of the body.' }),
  endpoint_id: id.nullable().meta({ description: 'The selected one; null where the request is refused.' }),
  reason: z.enum(choiceReasons).nullable().meta({
    description:
      'Why it was preferred: `pinned` where token, alias or object names it, `policy order` where the mode leaves one or the expected times are about equal.',
  }),
  candidates: z.array(candidate),
}

export const decisionView = z
  .object({
    number: count.meta({ description: 'Counts selections since the start.' }),
    at: timestamp,
    request_id: z.string().nullable(),
    ...selection,
    attempt: count.meta({ description: '1 for the first endpoint of the request, more after a failover.' }),
    queued: z.boolean().meta({ description: 'Whether the request came from the queue.' }),
    outcome: z.enum(decisionOutcomes).nullable().meta({ description: 'null while it is in flight.' }),
    status: z
      .int()
      .nullable()
      .meta({ description: "HTTP status of the endpoint's response; null for none." }),
    first_token_ms: ms.meta({
      description: 'As measured, from the selection to the first byte of a stream; null for other responses.',
    }),
    duration_ms: ms.meta({ description: 'From the selection to the end; null while it is in flight.' }),
    error: z.string().nullable().meta({ description: 'Of a failure: what happened; null for others.' }),
    cached_tokens: z.number().nullable().meta({ description: 'As the response reported them.' }),
  })
  .meta({ id: 'Decision', description: 'One selection of an endpoint. Nothing of the prompt is in it.' })
export type DecisionView = z.infer<typeof decisionView>

export const decisionPage = z.array(decisionView).meta({ id: 'DecisionPage' })

// Query strings carry numbers as text.
const filterId = z.coerce.number().int().positive().optional()

export const decisionsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  endpoint_id: filterId,
  token_id: filterId,
  block_id: filterId,
  model: z.string().min(1).max(4096).optional().meta({ description: 'Of the request or its alias.' }),
  slower_than_ms: z.coerce.number().positive().max(86_400_000).optional().meta({
    description: 'Milliseconds until the first token, or until the end of what was no stream.',
  }),
  outcome: z
    .enum([...decisionOutcomes, 'open'])
    .optional()
    .meta({ description: '`open` for requests in flight.' }),
})

export const explainRequest = z
  .strictObject({
    body: z.unknown().meta({
      description:
        "The client's body: as JSON, or its text, byte for byte, so that what is cached of its prompt is found.",
    }),
    path: z
      .string()
      .max(256)
      .default('/v1/chat/completions')
      .meta({ description: 'Where the client sends it.' }),
    token_id: id.optional().meta({ description: 'Whose client token it comes with.' }),
    block_id: id.optional().meta({
      description: 'Its block, where it comes without a stored token. Default: that of such clients.',
    }),
    headers: z.record(z.string().toLowerCase(), z.string()).default({}).meta({
      description: 'Those of the client that name its session.',
    }),
  })
  .refine(({ body }) => body !== undefined, { message: 'is required', path: ['body'] })
  .refine(({ token_id, block_id }) => token_id === undefined || block_id === undefined, {
    message: 'takes token_id or block_id',
    path: ['block_id'],
  })
  .meta({ id: 'ExplainRequest' })

export const explanationView = z
  .object({
    ...selection,
    tries: z
      .array(z.object({ model: selection.model, call: selection.call, candidates: selection.candidates }))
      .meta({
        description: 'What it would be tried as, in order: the targets of an alias; the last one counts.',
      }),
    refusal: z
      .object({
        code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
        detail: z.string(),
        retry_after_seconds: z.number().nullable(),
      })
      .nullable()
      .meta({ description: 'Why no endpoint would be selected.' }),
    waits: z.boolean().meta({ description: 'Whether it would wait in the queue.' }),
  })
  .meta({
    id: 'Explanation',
    description: 'Where the request would go now. Limits of its client and the cache are not regarded.',
  })
export type ExplanationView = z.infer<typeof explanationView>
