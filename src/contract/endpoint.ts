// An endpoint, one upstream backend, in the admin API.
import { z } from 'zod'
import { count, etag, id, timestamp, tokenDetails } from './objects/field-schemas.ts'
import { endpointFields } from './objects/endpoint-fields.ts'
import { acceptedShape, requiredMask, shownShape } from './objects/field-table.ts'

const accepted = acceptedShape(endpointFields)

export const endpointCreate = z
  .strictObject(accepted)
  .partial()
  .required(requiredMask(endpointFields))
  .meta({ id: 'EndpointCreate' })

export const endpointPatch = z.strictObject(accepted).partial().meta({ id: 'EndpointPatch' })
export type EndpointPatch = z.infer<typeof endpointPatch>

const inFlight = z.enum(['finish', 'end'])
export type InFlight = z.infer<typeof inFlight>

/** Of the requests that disable or delete an endpoint. */
export const inFlightQuery = z.strictObject({
  in_flight: inFlight.default('finish').meta({
    description:
      'What happens to its requests in flight: `finish` lets them, `end` moves those without a response to other endpoints and ends the others with an error.',
  }),
})

const cooldownScope = z.object({
  client: z.object({ client_token_id: id.nullable(), name: z.string().nullable() }).nullable().meta({
    description:
      'The one client whose requests it concerns, by its client token; both null for a client without a stored one. null for any client.',
  }),
  model: z.string().nullable().meta({
    description:
      'The one model whose requests it concerns, empty for those that name none; null for any model.',
  }),
  others: z.enum(['served', 'probed']).meta({
    description: 'Whether other requests are served as usual, or one at a time as probes.',
  }),
})
export type CooldownScope = z.infer<typeof cooldownScope>

const part = z.number().min(0).max(1).nullable()

const backendLoad = z.object({
  running: count.meta({ description: 'Requests that it processes now, of all its clients.' }),
  waiting: count.meta({ description: 'Requests that wait at it, of all its clients.' }),
  cache_use: part.meta({
    description: 'The part of its KV cache that is in use; null where it does not tell.',
  }),
  hit_rate: part.meta({
    description:
      'The part of the prompt tokens that it has lately found in its prefix cache; null where it does not tell.',
  }),
})
export type BackendLoad = z.infer<typeof backendLoad>

export const endpointView = z
  .object({
    id,
    etag,
    ...shownShape(endpointFields),
    has_api_key: z.boolean(),
    api_key_preview: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
    total_requests: count,
    total_success: count,
    total_failures: count,
    consecutive_failures: count,
    avg_latency_ms: z.number(),
    prompt_tokens_total: count,
    completion_tokens_total: count,
    ...tokenDetails,
    inflight: count,
    cooldown_remaining_s: z.number(),
    breaker_state: z.enum(['closed', 'open', 'half_open']).meta({
      description:
        'half_open after a cooldown, until the one request that is let through has succeeded; and while the endpoint ' +
        'seems to hang and gets one request at a time, until it has sent a byte.',
    }),
    cooldown_scope: cooldownScope.nullable().meta({
      description:
        'Which requests the cooldown, or the probing after it, concerns; null where it concerns all, or there is none.',
    }),
    healthy: z.boolean().meta({ description: 'false while its own health checks set it aside.' }),
    health_check_error: z.string().nullable().meta({
      description:
        'What its last health check failed with; null once one succeeds, and without health checks.',
    }),
    load: backendLoad.nullable().meta({
      description:
        'What the backend last told of its own load; null where it tells nothing, or has not lately.',
    }),
    last_error: z.string().nullable(),
    last_error_age_s: z.number().nullable(),
  })
  .meta({ id: 'Endpoint' })
export type EndpointView = z.infer<typeof endpointView>
