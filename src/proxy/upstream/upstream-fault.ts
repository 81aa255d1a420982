// Describes an upstream's failures without addresses and secrets.
import { errors } from 'undici'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

const descriptions: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  EPIPE: 'closed the connection',
  ENOTFOUND: 'has a host name that does not resolve',
  EAI_AGAIN: 'has a host name that does not resolve now',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'did not accept the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept the connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'fell silent in the middle of its answer',
  UND_ERR_HEADERS_OVERFLOW: 'sent too many headers',
  UND_ERR_SOCKET: 'closed the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'closed the connection before its answer was complete',
  UND_ERR_DESTROYED: 'was removed',
  UND_ERR_CLOSED: 'was removed',
}

const timeouts = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

// The balancer itself has run out of a resource, or has removed the endpoint's pool.
const localCodes = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
  'EAGAIN',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
])

/** Whether the balancer itself is the cause, such as its limit on open files. */
export const isLocalFault = (error: Error): boolean => localCodes.has(faultCode(error))

/** Redirects are not followed: the endpoint is not where its base URL says. */
export const isRedirectStatus = (status: number): boolean => status >= 300 && status < 400

/** Statuses that count as a failure of the endpoint. */
export const isFailureStatus = (status: number): boolean =>
  status >= 500 || status === 401 || status === 403 || status === 429 || isRedirectStatus(status)

const LOOP_DETECTED = 508

/** Failure statuses that the request itself may have caused: not those about keys, limits and the endpoint's address. */
export const isServerErrorStatus = (status: number): boolean => status >= 500 && status !== LOOP_DETECTED

// Failures before a connection was established: the upstream has not read the request.
const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])

const isTlsCode = (code: string): boolean =>
  code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT')

/** Whether the request itself may have caused the error, such as by crashing the upstream. */
export function mayBeRequestFault(error: Error): boolean {
  const code = faultCode(error)
  return !connectCodes.has(code) && !isTlsCode(code)
}

function faultCode(error: Error): string {
  if (error instanceof AggregateError) {
    const first: unknown = error.errors[0]
    if (first instanceof Error) return faultCode(first)
  }
  if (!('code' in error) || typeof error.code !== 'string') return ''
  return error.code
}

/** @param error - from undici, reported before the end of the response. */
export function upstreamFault(error: Error): GatewayError {
  const code = faultCode(error)
  const isGarbage = error instanceof errors.HTTPParserError
  const description =
    descriptions[code] ??
    (isTlsCode(code)
      ? 'failed the TLS handshake'
      : isGarbage
        ? 'sent something that is not HTTP'
        : 'broke off the connection')
  return gatewayError(
    timeouts.has(code) ? 'LB_ERR_UPSTREAM_TIMEOUT' : 'LB_ERR_UPSTREAM_UNREACHABLE',
    `the endpoint ${description}`,
  )
}
