// An endpoint (one upstream backend) as the admin API reads and shows it.
import { z } from 'zod'
import { count, endpointName, etag, id, percent, position, timestamp } from './fields.ts'

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.hostname !== '' &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  )
}

const baseUrl = z
  .string()
  .max(2048)
  .refine(isBaseUrl, 'takes an http or https URL with a host and without credentials, query or fragment')

const headerUnsafe = /[\x00-\x1f\x7f-\uffff]/

const apiKey = z
  .string()
  .max(4096)
  .refine((key) => !headerUnsafe.test(key), 'takes printable ASCII only')
  .meta({ description: 'Write-only; an empty string removes the key.' })

// One that the endpoint would run a model for, which a check must never ask for.
const runsModel = /\/(?:completions|embeddings|responses)|generate/i

function isHealthCheckPath(text: string): boolean {
  if (text === '') return true
  // Two slashes would read as the start of a host name.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(text) || text.includes('#')) return false
  try {
    return !runsModel.test(decodeURIComponent(text.split('?', 1)[0] ?? ''))
  } catch {
    return false
  }
}

const healthCheckPath = z
  .string()
  .max(512)
  .refine(
    isHealthCheckPath,
    'takes a path such as /health, in printable ASCII without fragment, that runs no model',
  )
  .nullable()
  .meta({
    description:
      'On the origin of base_url, not below its path, such as /health or /v1/models; null or empty for no checks.',
  })

const writable = {
  name: endpointName,
  base_url: baseUrl,
  api_key: apiKey,
  timeout_seconds: z.number().min(1).max(3600).meta({
    description: 'Bounds the time to response headers and the silence between chunks. Default 120.',
  }),
  verify_tls: z.boolean(),
  enabled: z.boolean(),
  connected: z.boolean().meta({
    description:
      'true wires an endpoint that has no wire to every block and else changes nothing; false removes its wires.',
  }),
  token_quota_percent: percent,
  priority_order: z.int().min(0).max(1000),
  max_concurrent: z.int().min(0).max(100_000).meta({ description: '0 means no limit.' }),
  request_stream_usage: z.boolean().meta({
    description: 'false for a backend that refuses stream_options.',
  }),
  health_check_path: healthCheckPath,
  health_check_interval_seconds: z.number().min(1).max(3600).meta({ description: 'Default 10.' }),
  health_check_timeout_seconds: z.number().min(0.1).max(60).meta({
    description: 'Bounds a check from its start to the end of its answer. Default 3.',
  }),
  pos_x: position,
  pos_y: position,
}

export const endpointCreate = z
  .strictObject(writable)
  .partial()
  .required({ name: true, base_url: true })
  .meta({ id: 'EndpointCreate' })

export const endpointPatch = z.strictObject(writable).partial().meta({ id: 'EndpointPatch' })
export type EndpointPatch = z.infer<typeof endpointPatch>

export const endpointView = z
  .object({
    id,
    etag,
    ...writable,
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
    inflight: count,
    cooldown_remaining_s: z.number(),
    breaker_state: z.enum(['closed', 'open', 'half_open']).meta({
      description: 'half_open after a cooldown, until the one request that is let through has succeeded.',
    }),
    healthy: z.boolean().meta({ description: 'false while its own health checks set it aside.' }),
    last_error: z.string().nullable(),
    last_error_age_s: z.number().nullable(),
  })
  .omit({ api_key: true })
  .meta({ id: 'Endpoint' })
export type EndpointView = z.infer<typeof endpointView>
