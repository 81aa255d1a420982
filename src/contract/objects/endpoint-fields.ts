// The fields of an endpoint.
import { z } from 'zod'
import { apiNames, type ApiName } from './api-names.ts'
import {
  endpointName,
  modelName,
  modelPatterns,
  normalisePatterns,
  percent,
  position,
} from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'

// Labels of 1 to 63 characters, at most 253 in all, or an IPv6 address.
const hostName = /^(?=.{1,254}$)(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?$|^\[[\da-f:.]+\]$/

/** Whether requests can be sent below the URL. */
export function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    hostName.test(url.hostname) &&
    url.port !== '0' &&
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

// Paths on which an endpoint runs a model; a health check must not request them.
const runsModel = /\/(?:completions|embeddings|responses|messages)|generate/i

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

const MAX_MAPPED_MODELS = 1000

const modelMap = z
  .record(modelName, modelName)
  .refine((map) => Object.keys(map).length <= MAX_MAPPED_MODELS, `takes ${MAX_MAPPED_MODELS} names at most`)
  .meta({
    description:
      'Names for clients, each with the name that the backend knows the model by. The endpoint serves them beside `models`.',
  })

/** Equal maps are equal as text. */
const sortMap = (map: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

/** @returns the URL as browsers normalise it, without trailing slashes. */
function normaliseBaseUrl(text: string): string {
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/(?<!\/)\/+$/, '')
}

export const endpointFields = {
  name: {
    schema: endpointName,
    property: 'name',
    initial: '',
    isRequired: true,
    takes: '1 to 120 letters, digits, spaces, dots, `_` and `-`',
    meaning: 'unique',
  },
  base_url: {
    schema: baseUrl,
    property: 'baseUrl',
    initial: '',
    isRequired: true,
    normalise: normaliseBaseUrl,
    takes: 'an http or https URL',
    meaning: 'the part of the URL before `/chat/completions`, usually ending in `/v1`',
  },
  api_key: {
    schema: apiKey,
    property: 'apiKey',
    initial: '',
    isSecret: true,
    takes: 'printable ASCII',
    meaning: 'sent to the backend, never shown again; an empty value removes it',
  },
  auth_style: {
    schema: z.enum(['bearer', 'x-api-key', 'both']).meta({
      description:
        'How the key is sent: as `Authorization: Bearer`, as `x-api-key`, which Anthropic takes, or as both.',
    }),
    property: 'authStyle',
    initial: 'bearer',
    takes: '`bearer`, `x-api-key` or `both`',
    meaning: 'the header fields that the key is sent in: `Authorization: Bearer`, `x-api-key` or both',
  },
  timeout_seconds: {
    schema: z.number().min(1).max(3600).meta({
      description: 'Bounds the time to response headers and the silence between chunks. Default 120.',
    }),
    property: 'timeoutS',
    // Unless LB_DEFAULT_TIMEOUT_SECONDS says otherwise, which differs between gateways: so the file always has it.
    initial: 120,
    inFile: 'always',
    meaning: 'timeout to the response headers, and between two chunks of the response',
  },
  first_byte_timeout_seconds: {
    schema: z
      .number()
      .min(0)
      .max(3600)
      .nullable()
      .meta({
        description:
          'Requests that wait longer for the first byte, while the endpoint sends nothing, let it be probed. null or 0 ' +
          'for four times its 99th percentile, at least 5. Default null.',
      }),
    property: 'firstByteTimeoutS',
    initial: null,
    normalise: (seconds: number | null) => seconds || null,
    takes: '0 to 3600, or null',
    meaning:
      'silence after which the endpoint is taken for hung, if requests wait; null for four times the usual, at least 5',
  },
  verify_tls: {
    schema: z.boolean(),
    property: 'verifyTls',
    initial: true,
    meaning: "whether the backend's certificate is verified",
  },
  enabled: {
    schema: z.boolean(),
    property: 'enabled',
    initial: true,
    meaning: 'whether the endpoint accepts requests',
  },
  connected: {
    schema: z.boolean().meta({
      description:
        'true wires an endpoint that has no wire to every block and else changes nothing; false removes its wires.',
    }),
    initial: false,
    meaning: 'true wires an endpoint without a wire to every block; false removes all its wires',
  },
  token_quota_percent: {
    schema: percent,
    property: 'quotaPercent',
    initial: 0,
    meaning: 'share of tokens, in percentage mode',
  },
  priority_order: {
    schema: z.int().min(0).max(1000),
    property: 'priorityOrder',
    initial: 10,
    meaning: 'rank in priority mode; lower is earlier',
  },
  max_concurrent: {
    schema: z.int().min(0).max(100_000).meta({ description: '0 means no limit.' }),
    property: 'maxConcurrent',
    initial: 0,
    meaning: 'maximum number of concurrent requests; 0 for no limit of its own',
  },
  request_stream_usage: {
    schema: z.boolean().meta({ description: 'false for a backend that refuses stream_options.' }),
    property: 'requestStreamUsage',
    initial: true,
    meaning: 'false for a backend that refuses `stream_options`',
  },
  retry_on_timeout: {
    schema: z.boolean().meta({
      description:
        'true sends a request that timed out to another endpoint although this one may still work on it. Without it a ' +
        'request is repeated only where it was given up within five seconds, or was never accepted.',
    }),
    property: 'retryOnTimeout',
    initial: false,
    meaning: 'whether a request that timed out after five seconds of work is sent to another endpoint',
  },
  models: {
    schema: modelPatterns.meta({
      description:
        'Names, which replace what the backend lists, and patterns with `*`, which narrow it; `*` alone takes any ' +
        'model. Empty for the models that the backend lists.',
    }),
    property: 'models',
    initial: [] as readonly string[],
    normalise: normalisePatterns,
    takes: 'a list of model names and patterns with `*`',
    meaning: 'the models that it serves; empty for those that the backend lists',
  },
  model_map: {
    schema: modelMap,
    property: 'modelMap',
    initial: {},
    normalise: sortMap,
    takes: 'an object of names',
    meaning: "further names for its models, each with the backend's own, such as `llama3` for `llama3:8b`",
  },
  apis: {
    schema: z
      .array(z.enum(apiNames))
      .max(apiNames.length)
      .meta({ description: 'The calls that the backend serves. Empty for all.' }),
    property: 'apis',
    initial: [] as readonly ApiName[],
    normalise: (apis: readonly ApiName[]) => [...new Set(apis)],
    takes: 'a list of the names of calls',
    meaning: 'the calls that it serves; empty for all',
  },
  health_check_path: {
    schema: healthCheckPath,
    property: 'healthCheckPath',
    initial: null,
    normalise: (path: string | null) => path || null,
    takes: 'a path on the backend, or null',
    meaning: 'path that the balancer requests as a health check, such as `/health`',
  },
  health_check_interval_seconds: {
    schema: z.number().min(1).max(3600).meta({ description: 'Default 10.' }),
    property: 'healthCheckIntervalS',
    initial: 10,
    meaning: 'interval between two checks',
  },
  health_check_timeout_seconds: {
    schema: z.number().min(0.1).max(60).meta({
      description: 'Bounds a check from its start to the end of its response. Default 3.',
    }),
    property: 'healthCheckTimeoutS',
    initial: 3,
    meaning: 'timeout of one check',
  },
  pos_x: {
    schema: position,
    property: 'posX',
    initial: 500,
    inFile: 'never',
    meaning: 'position on the canvas',
  },
  pos_y: {
    schema: position,
    property: 'posY',
    initial: 200,
    inFile: 'never',
    meaning: 'position on the canvas',
  },
} as const satisfies FieldTable
