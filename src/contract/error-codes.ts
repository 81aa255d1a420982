// The table of the balancer's own errors: code -> status, title, OpenAI error type.

interface ErrorDefinition {
  readonly status: number
  readonly title: string
  /** `error.type` for OpenAI clients. */
  readonly openaiType: string
  /** `error.code` for OpenAI clients, where they know one. Default: the code of this table. */
  readonly openaiCode?: string
}

const define = (status: number, title: string, openaiType: string, openaiCode?: string): ErrorDefinition => ({
  status,
  title,
  openaiType,
  ...(openaiCode === undefined ? {} : { openaiCode }),
})

export const errorCodes = {
  LB_ERR_BAD_REQUEST: define(400, 'Bad request', 'invalid_request_error'),
  LB_ERR_INVALID_JSON: define(400, 'Body is not valid JSON', 'invalid_request_error'),
  LB_ERR_INVALID_BODY: define(400, 'Body is not acceptable', 'invalid_request_error'),
  LB_ERR_DUPLICATE_KEY: define(400, 'Duplicate key in body', 'invalid_request_error'),
  LB_ERR_NOTHING_TO_UPDATE: define(400, 'Nothing to update', 'invalid_request_error'),
  LB_ERR_UNAUTHORIZED: define(401, 'Authentication required', 'authentication_error'),
  LB_ERR_CSRF: define(403, 'Request may be forged', 'permission_error'),
  LB_ERR_FOREIGN_ORIGIN: define(403, 'Page of another origin', 'permission_error'),
  LB_ERR_NOT_FOUND: define(404, 'Not found', 'not_found_error'),
  LB_ERR_MODEL_NOT_FOUND: define(404, 'Model not found', 'invalid_request_error', 'model_not_found'),
  LB_ERR_API_NOT_SERVED: define(404, 'Call not served', 'not_found_error'),
  LB_ERR_OBJECT_NOT_FOUND: define(404, 'Object not found', 'invalid_request_error'),
  LB_ERR_PREVIOUS_RESPONSE_NOT_FOUND: define(
    404,
    'Previous response not found',
    'invalid_request_error',
    'previous_response_not_found',
  ),
  LB_ERR_METHOD_NOT_ALLOWED: define(405, 'Method not allowed', 'invalid_request_error'),
  LB_ERR_REQUEST_TIMEOUT: define(408, 'Request took too long to arrive', 'invalid_request_error'),
  LB_ERR_CONFLICT: define(409, 'Conflict', 'conflict_error'),
  LB_ERR_OVER_QUOTA_STREAM: define(409, 'Over quota', 'rate_limit_error'),
  LB_ERR_PRECONDITION: define(412, 'Changed by somebody else', 'conflict_error'),
  LB_ERR_BODY_TOO_LARGE: define(413, 'Body too large', 'invalid_request_error'),
  LB_ERR_UNSUPPORTED_ENCODING: define(415, 'Unsupported content encoding', 'invalid_request_error'),
  LB_ERR_VALIDATION: define(422, 'Validation failed', 'invalid_request_error'),
  LB_ERR_RATE_LIMITED: define(429, 'Too many requests', 'rate_limit_error'),
  LB_ERR_HEADERS_TOO_LARGE: define(431, 'Request header fields too large', 'invalid_request_error'),
  LB_ERR_INTERNAL: define(500, 'Internal error', 'server_error'),
  LB_ERR_UPSTREAM_UNREACHABLE: define(502, 'Upstream unreachable', 'server_error'),
  LB_ERR_UPSTREAM_BROKEN: define(502, 'Upstream answer broke off', 'server_error'),
  LB_ERR_REQUEST_BREAKS_ENDPOINTS: define(502, 'Request breaks endpoints', 'request_breaks_endpoints'),
  LB_ERR_NO_MODELS: define(502, 'No models', 'server_error'),
  LB_ERR_NO_ENDPOINT: define(503, 'No endpoint', 'server_error'),
  LB_ERR_ALL_COOLING: define(503, 'All endpoints in cooldown', 'server_error'),
  LB_ERR_PREFERRED_NOT_CONNECTED: define(503, 'Mapped endpoint not connected', 'server_error'),
  LB_ERR_PREFERRED_COOLING: define(503, 'Mapped endpoint in cooldown', 'server_error'),
  LB_ERR_ALL_FULL: define(503, 'All endpoints busy', 'server_error'),
  LB_ERR_QUEUE_FULL: define(503, 'Queue is full', 'server_error'),
  LB_ERR_QUEUE_TIMEOUT: define(503, 'Waited too long', 'server_error'),
  LB_ERR_BODY_MEMORY: define(503, 'Too many request bodies at once', 'server_error'),
  LB_ERR_OVER_QUOTA: define(503, 'Over quota', 'rate_limit_error'),
  LB_ERR_TOO_MANY_STREAMS: define(503, 'Too many streams of events', 'server_error'),
  LB_ERR_STORE_BUSY: define(503, 'Database is held by another program', 'server_error'),
  LB_ERR_DRAINING: define(503, 'Shutting down', 'server_error'),
  LB_ERR_UPSTREAM_TIMEOUT: define(504, 'Upstream timed out', 'server_error'),
  LB_ERR_LOOP: define(508, 'Loop detected', 'server_error'),
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof errorCodes
