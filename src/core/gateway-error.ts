// An error response of the balancer: a code of the error table, a detail, and the extras of some codes.
import { errorCodes, type ErrorCode } from '../contract/error-codes.ts'
import type { FieldError, Problem } from '../contract/problem.ts'

interface ErrorExtras {
  /** Seconds for the Retry-After header. */
  readonly retryAfterS?: number
  /** Invalid fields, each by its JSON pointer. */
  readonly errors?: readonly FieldError[]
  /** The request field that OpenAI clients show as `param`. */
  readonly param?: string
  /** The current state of the object, where the request named an older version of it. */
  readonly current?: unknown
}

export interface GatewayError extends Error, ErrorExtras {
  readonly code: ErrorCode
  readonly statusCode: number
}

/** @param detail - one sentence for people; never a secret or a prompt. */
export function gatewayError(code: ErrorCode, detail: string, extras: ErrorExtras = {}): GatewayError {
  return Object.assign(new Error(detail), { code, statusCode: errorCodes[code].status, ...extras })
}

export function isGatewayError(error: unknown): error is GatewayError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(errorCodes, error.code)
  )
}

/**
 * The body of an error response.
 * @param forOpenai - adds OpenAI's `error` member, which clients of the proxy expect.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemBody(error: GatewayError, requestId: string, forOpenai: boolean): Problem {
  const { status, title, openaiType } = errorCodes[error.code]
  return {
    type: `urn:llm-load-balancer:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...(error.errors ? { errors: [...error.errors] } : {}),
    ...(error.current === undefined ? {} : { current: error.current }),
    ...(forOpenai
      ? { error: { message: error.message, type: openaiType, param: error.param ?? null, code: error.code } }
      : {}),
  }
}

/** The response headers of an error: Retry-After, WWW-Authenticate, Connection. */
export function problemHeaders(error: GatewayError): Record<string, string> {
  const headers: Record<string, string> = {}
  if (error.retryAfterS !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterS)))
  if (error.statusCode === 401) headers['www-authenticate'] = 'Bearer'
  // The rest of a body that is too large is not read, and a draining server takes no further request.
  if (error.statusCode === 413 || error.code === 'LB_ERR_DRAINING') headers.connection = 'close'
  return headers
}
