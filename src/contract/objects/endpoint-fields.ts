// The fields of an endpoint.
import { z } from 'zod'
import { apiNames, type ApiName } from './api-names.ts'
import {
  apiKey,
  baseUrl,
  healthCheckPath,
  modelMap,
  normaliseBaseUrl,
  sortMap,
} from './endpoint-field-schemas.ts'
import {
  endpointName,
  groupName,
  modelPatterns,
  normalisePatterns,
  percent,
  position,
} from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'
import { loadSource } from './routing-field-schemas.ts'

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
  load_source: {
    schema: loadSource,
    property: 'loadSource',
    initial: 'auto',
    takes: '`none`, `vllm`, `sglang`, `llamacpp`, `tei` or `auto`',
    meaning: 'the server whose metrics tell of its load; `auto` finds out, `none` asks for no metrics',
  },
  group: {
    schema: groupName,
    property: 'group',
    initial: '',
    takes: 'up to 60 characters',
    meaning: 'the group of the canvas that its card is folded into; empty: none of its own',
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
