// An error the balancer answers with: a code of the table, a detail for the reader, and what goes with it.
import { errorCodes, type ErrorCode } from '../contract/error-codes.ts'
import type { FieldError } from '../contract/problem.ts'

interface ErrorExtras {
  /** Seconds for the Retry-After header. */
  readonly retryAfterS?: number
  /** Bad fields by JSON pointer. */
  readonly errors?: readonly FieldError[]
  /** The request field that OpenAI clients show as `param`. */
  readonly param?: string
  /** The object as it is now, where the request was meant for another version of it. */
  readonly current?: unknown
}

export interface GatewayError extends Error, ErrorExtras {
  readonly code: ErrorCode
  readonly statusCode: number
}

/** @param detail - one sentence for the person who reads it; never a secret or a prompt. */
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
