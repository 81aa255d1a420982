// Present traffic and the traffic of the last minutes in the admin API.
import { z } from 'zod'
import { endpointView } from '../endpoint.ts'
import { statsView } from '../gateway.ts'
import { count, id, timestamp, tokenDetails } from '../objects/field-schemas.ts'

const tokensPerSecond = z.number().meta({
  description: 'Completion tokens of the last ten seconds, counted when a response ends.',
})
const requestsPerSecond = z.number().meta({ description: 'Of the last ten seconds.' })
const errorsPerSecond = z.number().meta({ description: 'Of the last ten seconds.' })

const rates = {
  tokens_per_second: tokensPerSecond,
  requests_per_second: requestsPerSecond,
  errors_per_second: errorsPerSecond,
}

const firstTokenMs = z.number().nullable().meta({
  description: 'Mean time to the first token of streams that ended in the last minute.',
})

const cachedPercent = z.number().nullable().meta({
  description:
    "The part of the prompt tokens of the last minute that came from a backend's cache, of responses that tell; null where none told.",
})

const waiting = {
  arrivals_per_second: z.number().meta({
    description:
      'Requests sent to an endpoint in the last ten seconds, where the other rates are of those that ended.',
  }),
  give_ups: count.meta({
    description:
      'Requests of the last minute whose client left before the first byte, after longer than the first-byte limit.',
  }),
  oldest_wait_ms: z.number().nullable().meta({
    description: 'The longest that a request waits for its first byte now; null where none does.',
  }),
}

const liveEndpoint = endpointView
  .pick({
    id: true,
    inflight: true,
    avg_latency_ms: true,
    cooldown_remaining_s: true,
    breaker_state: true,
    cooldown_scope: true,
    healthy: true,
    health_check_error: true,
    load: true,
    consecutive_failures: true,
    last_error: true,
    last_error_age_s: true,
    total_requests: true,
    total_success: true,
    total_failures: true,
    prompt_tokens_total: true,
    completion_tokens_total: true,
    cached_tokens_total: true,
    reasoning_tokens_total: true,
  })
  .extend({
    ...rates,
    success_percent: z.number().nullable().meta({
      description: 'Of the requests of the last minute that succeeded, failed or were given up.',
    }),
    first_token_ms: firstTokenMs,
    ...waiting,
    hung: z.boolean().meta({
      description: 'Whether it is probed because it accepted requests and sent nothing.',
    }),
    breaker_age_s: z.number().nullable().meta({
      description: 'For how long it has been cooling down or probed; null where it is not.',
    }),
    cached_percent: cachedPercent,
    prefilling: count.meta({ description: 'Requests sent there whose first token has not arrived.' }),
    expected_wait_ms: z.number().nullable().meta({
      description:
        'How long another request would wait there before it is begun, as placement reckons; null until the endpoint has shown its speed.',
    }),
    prefill_tokens_per_second: z.number().nullable().meta({
      description: 'The speed that it has shown at reading uncached prompts; null until then.',
    }),
    share_percent: z.number().nullable().meta({
      description: 'Its part of all completion tokens of the last minute.',
    }),
  })
  .meta({ description: 'Requests count by attempt: one that fails over counts at each.' })

const liveBlock = z
  .object({
    id,
    inflight: count,
    queued: count,
    oldest_queued_ms: z.number().nullable().meta({
      description:
        'How long the oldest of its requests waits for an endpoint with room; null where none does.',
    }),
    queued_token_ids: z.array(id).meta({ description: 'Client tokens whose requests wait, at most ten.' }),
    ...rates,
  })
  .meta({ description: 'Requests count once, refused and cached ones too.' })

const liveToken = z
  .object({
    id,
    inflight: count,
    ...rates,
    total_requests: count,
    prompt_tokens_total: count,
    completion_tokens_total: count,
    ...tokenDetails,
  })
  .meta({ description: 'Requests count once, refused and cached ones too.' })

const liveWire = z
  .object({
    incoming_block_id: id,
    endpoint_id: id,
    inflight: count,
    ...rates,
    cached_percent: cachedPercent,
  })
  .meta({ description: 'Requests count by attempt.' })

const sharePercent = z.number().nullable().meta({
  description: 'Its part of all completion tokens of the last ten seconds; null while there are none.',
})

const liveModel = z.object({
  model: z.string().nullable().meta({
    description: 'Its name; null for all models whose endpoint was not known to serve them by name.',
  }),
  ...rates,
  share_percent: sharePercent,
})

const liveAlias = z
  .object({ id, ...rates, share_percent: sharePercent })
  .meta({ description: 'The requests that named the alias, whichever model served them.' })

const workers = z
  .object({
    configured: count,
    running: z.array(
      z.object({
        id,
        pid: id,
        inflight: count,
        utilization_percent: z.number().meta({ description: 'Of its event loop.' }),
        loop_delay_ms: z.number().meta({ description: 'The longest delay of its event loop.' }),
        memory_bytes: count.meta({ description: 'Resident.' }),
      }),
    ),
  })
  .meta({ description: 'The processes that serve clients, with figures of the last quarter of a second.' })

export const liveView = z
  .object({
    at: timestamp,
    models_revision: count.meta({
      description: 'Another number whenever endpoints serve other models; see `GET /models`.',
    }),
    stats: z.object({
      ...statsView.shape,
      errors_per_second: errorsPerSecond,
      first_token_ms: firstTokenMs,
      ...waiting,
      cached_percent: cachedPercent,
      session_moves: count.meta({
        description:
          'How often a session has gone to another endpoint than before, since the start or the last reset.',
      }),
      workers: workers.nullable().meta({ description: 'null where one process does everything.' }),
    }),
    endpoints: z.array(liveEndpoint),
    incoming_blocks: z.array(liveBlock),
    client_tokens: z.array(liveToken).meta({ description: 'Those with traffic in the last ten seconds.' }),
    wires: z.array(liveWire),
    models: z.array(liveModel).meta({
      description:
        'Those with traffic in the last ten seconds. Requests count once, for the model that served them, also where they ' +
        'named an alias; those from the cache and refused ones do not.',
    }),
    model_aliases: z.array(liveAlias),
  })
  .meta({ id: 'Live' })
export type LiveView = z.infer<typeof liveView>

const rateSeries = {
  tokens_per_second: z.array(z.number()),
  requests_per_second: z.array(z.number()),
  errors_per_second: z.array(z.number()),
}

export const historyView = z
  .object({
    step_seconds: z.number(),
    at: timestamp.meta({ description: 'The end of the last step.' }),
    totals: z.object(rateSeries),
    endpoints: z.array(z.object({ id, ...rateSeries })),
    incoming_blocks: z.array(z.object({ id, ...rateSeries })),
  })
  .meta({ id: 'History', description: 'Oldest first, the last five minutes; fewer since the start.' })
export type HistoryView = z.infer<typeof historyView>

const firstTokenSeries = {
  first_token_ms: z.array(z.number().nullable()).meta({
    description: 'Mean of the streams that ended in the step; null where none did.',
  }),
  streams: z.array(count).meta({ description: 'Streams with a first token that ended in the step.' }),
}

export const firstTokenHistoryView = z
  .object({
    step_seconds: z.number(),
    from: timestamp.meta({ description: 'The start of the first step.' }),
    totals: z.object(firstTokenSeries),
    endpoints: z.array(z.object({ id, ...firstTokenSeries })),
  })
  .meta({
    id: 'FirstTokenHistory',
    description: 'Oldest first, the last five minutes; the last step is not complete.',
  })
export type FirstTokenHistoryView = z.infer<typeof firstTokenHistoryView>

/** Why the server ends an event stream. */
export type ByeReason = 'session_ended' | 'shutting_down'

export const eventsQuery = z.strictObject({
  changes: z.enum(['true', 'false']).default('false').meta({
    description:
      'Whether to send what has changed instead of the whole, after the first events and for as long as the reader keeps up.',
  }),
})

export const eventStream = z.string().meta({
  id: 'EventStream',
  description:
    'Server-sent events. `state` (data: State) at once and after each change of the configuration; `live` (data: Live) ' +
    'at once and twice a second; with `changes=true` also `state-change` (data: StateChange) and `live-change` (data: ' +
    'Live, without the figures that are as before) in their place; `bye` (data: {"reason": "session_ended" or ' +
    '"shutting_down"}) before the server ends it.',
})
