// Errors as Anthropic's clients read them: their own statuses and types.
import type { ErrorCode } from '../contract/error-codes.ts'
import type { GatewayError } from '../core/gateway-error.ts'

const RATE_LIMITED = 429
const OVERLOADED = 529

/** Where the status differs from that of the error table. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  LB_ERR_OVER_QUOTA: RATE_LIMITED,
  LB_ERR_OVER_QUOTA_STREAM: RATE_LIMITED,
  LB_ERR_ALL_COOLING: OVERLOADED,
  LB_ERR_ALL_FULL: OVERLOADED,
  LB_ERR_BODY_MEMORY: OVERLOADED,
  LB_ERR_PREFERRED_COOLING: OVERLOADED,
  LB_ERR_QUEUE_FULL: OVERLOADED,
  LB_ERR_QUEUE_TIMEOUT: OVERLOADED,
}

/** @see https://platform.claude.com/docs/en/api/errors */
const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  [RATE_LIMITED]: 'rate_limit_error',
  504: 'timeout_error',
  [OVERLOADED]: 'overloaded_error',
}

export const anthropicType = (status: number): string =>
  types[status] ?? (status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error')

export const anthropicStatus = ({ code, statusCode }: GatewayError): number => statuses[code] ?? statusCode

/**
 * The members of Anthropic's form, and `code` as in every error of the balancer. RFC 9457's others are left out: its `type`
 * is another one, and Anthropic's library shows people the whole body.
 */
export function anthropicError(error: GatewayError, requestId?: string): object {
  const type = anthropicType(anthropicStatus(error))
  return {
    type: 'error',
    error: { type, message: error.message },
    ...(requestId === undefined ? {} : { request_id: requestId }),
    code: error.code,
  }
}
