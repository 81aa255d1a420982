// An error response of the balancer: a code of the error table, a detail, and the extras of some codes.
import { errorCodes, type ErrorCode } from '../contract/error-codes.ts'
import type { FieldError } from '../contract/problem.ts'

interface ErrorExtras {
  /** Seconds for the Retry-After header. */
  readonly retryAfterS?: number | undefined
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
