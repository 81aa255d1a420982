// Renders an error response: RFC 9457 problem details and, for clients of the proxy, the `error` member that OpenAI's or
// Ollama's read; or Anthropic's form.
import { STATUS_CODES } from 'node:http'
import { errorCodes, type ErrorCode } from '../contract/error-codes.ts'
import type { OpenaiError, Problem } from '../contract/problem.ts'
import type { GatewayError } from '../core/gateway-error.ts'
import { anthropicError, anthropicStatus } from './anthropic-error.ts'

/**
 * `client` sends completions and reads OpenAI's `error` member; `ollama` uses Ollama's own API and reads a text there;
 * `anthropic` sends messages and reads Anthropic's form; `operator` uses the admin API and reads RFC 9457 only.
 */
export type ProblemAudience = 'client' | 'ollama' | 'anthropic' | 'operator'

/** A rendered error response, whichever HTTP stack sends it. */
export interface ProblemResponse {
  readonly status: number
  /** Names in lower case. The last two are content-type and content-length. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON in UTF-8. */
  readonly body: Buffer
}

// The server does not read the rest of the request, or takes no other while it drains.
const closing: ReadonlySet<ErrorCode> = new Set([
  'LB_ERR_BODY_TOO_LARGE',
  'LB_ERR_BODY_MEMORY',
  'LB_ERR_REQUEST_TIMEOUT',
  'LB_ERR_DRAINING',
])

const mediaTypes: Readonly<Record<ProblemAudience, string>> = {
  client: 'application/json; charset=utf-8',
  ollama: 'application/json; charset=utf-8',
  anthropic: 'application/json; charset=utf-8',
  operator: 'application/problem+json; charset=utf-8',
}

/** The `error` member that OpenAI's clients read. */
export function openaiError({ code, message, param }: GatewayError): OpenaiError {
  const { openaiType, openaiCode = code } = errorCodes[code]
  return { message, type: openaiType, param: param ?? null, code: openaiCode }
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
function problemBody(error: GatewayError, requestId: string, audience: ProblemAudience): Problem {
  const { status, title } = errorCodes[error.code]
  return {
    type: `urn:llm-load-balancer:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...(error.errors ? { errors: [...error.errors] } : {}),
    ...(error.current === undefined ? {} : { current: error.current }),
    ...(audience === 'client' ? { error: openaiError(error) } : {}),
    ...(audience === 'ollama' ? { error: error.message } : {}),
  }
}

function errorHeaders({ code, statusCode, retryAfterS }: GatewayError): Record<string, string> {
  const headers: Record<string, string> = {}
  if (retryAfterS !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterS)))
  if (statusCode === 401) headers['www-authenticate'] = 'Bearer'
  if (closing.has(code)) headers.connection = 'close'
  return headers
}

function render(
  status: number,
  headers: Readonly<Record<string, string>>,
  contentType: string,
  value: object,
): ProblemResponse {
  const body = Buffer.from(JSON.stringify(value))
  return {
    status,
    headers: { ...headers, 'content-type': contentType, 'content-length': String(body.length) },
    body,
  }
}

export const renderProblem = (
  error: GatewayError,
  requestId: string,
  audience: ProblemAudience,
): ProblemResponse =>
  audience === 'anthropic'
    ? render(
        anthropicStatus(error),
        errorHeaders(error),
        mediaTypes.anthropic,
        anthropicError(error, requestId),
      )
    : render(
        error.statusCode,
        errorHeaders(error),
        mediaTypes[audience],
        problemBody(error, requestId, audience),
      )

/**
 * A problem without a code of the error table, titled by its status.
 * @param detail - one sentence without secrets.
 * @param headers - further header fields, names in lower case.
 */
export const renderStatusProblem = (
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): ProblemResponse =>
  render(status, headers, 'application/problem+json', {
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail,
  })
