// Describes an upstream's failures without addresses and secrets.
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
  UPSTREAM_CONNECT_TIMEOUT: 'did not accept the connection in time',
  UPSTREAM_RESPONSE_TIMEOUT: 'did not answer in time',
  UPSTREAM_BODY_TIMEOUT: 'fell silent in the middle of its answer',
  UPSTREAM_HEAD_TOO_LARGE: 'sent too many headers',
  UPSTREAM_CONNECTION_CLOSED: 'closed the connection',
  UPSTREAM_RESPONSE_CUT: 'closed the connection before its answer was complete',
  UPSTREAM_INVALID_RESPONSE: 'sent something that is not HTTP',
  UPSTREAM_POOL_CLOSED: 'was removed',
}

const timeouts = new Set([
  'ETIMEDOUT',
  'UPSTREAM_CONNECT_TIMEOUT',
  'UPSTREAM_RESPONSE_TIMEOUT',
  'UPSTREAM_BODY_TIMEOUT',
])

const workTimeouts = new Set(['UPSTREAM_RESPONSE_TIMEOUT', 'UPSTREAM_BODY_TIMEOUT'])

/** Whether the upstream accepted the request and then took longer than its timeout, so that it may still work on it. */
export const isWorkTimeout = (error: Error): boolean => workTimeouts.has(faultCode(error))

// The balancer itself has run out of a resource, or has removed the endpoint's pool.
const localCodes = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
  'EAGAIN',
  'UPSTREAM_POOL_CLOSED',
])

/** Whether the balancer itself is the cause, such as its limit on open files. */
export const isLocalFault = (error: Error): boolean => localCodes.has(faultCode(error))

/** Redirects are not followed: the endpoint is not where its base URL says. */
export const isRedirectStatus = (status: number): boolean => status >= 300 && status < 400

/** Statuses that count as a failure of the endpoint. */
export const isFailureStatus = (status: number): boolean =>
  status >= 500 || status === 401 || status === 403 || status === 429 || isRedirectStatus(status)

const LOOP_DETECTED = 508

/**
 * What a failure status may be due to. A gateway responds with 502 or 504 when a request has ended its engine or takes too
 * long; 429, 503 and 529 say that the endpoint takes no requests at present; 3xx and 508 concern its address.
 */
export function causeOfStatus(status: number): 'endpoint' | 'access' | 'request' {
  if (status === 401 || status === 403) return 'access'
  const isOwn = status === 429 || status === 503 || status === 529 || status === LOOP_DETECTED
  return isOwn || isRedirectStatus(status) ? 'endpoint' : 'request'
}

// Failures before a connection was established: the upstream has not read the request.
const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UPSTREAM_CONNECT_TIMEOUT',
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

/** What the endpoint did, without it as the subject. @param error - as below. */
export function faultReason(error: Error): string {
  const code = faultCode(error)
  return descriptions[code] ?? (isTlsCode(code) ? 'failed the TLS handshake' : 'broke off the connection')
}

/** @param error - of the connection, reported before the end of the response. */
export const upstreamFault = (error: Error): GatewayError =>
  gatewayError(
    timeouts.has(faultCode(error)) ? 'LB_ERR_UPSTREAM_TIMEOUT' : 'LB_ERR_UPSTREAM_UNREACHABLE',
    `the endpoint ${faultReason(error)}`,
  )
