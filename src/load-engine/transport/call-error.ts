// Why a call failed, as the code and message that the page receives.
import type { BridgeErrorCode } from '../../contract/bridge.ts'

export interface CallError extends Error {
  readonly name: 'CallError'
  readonly code: BridgeErrorCode
}

/** @param message - one sentence without secrets. */
export const callError = (code: BridgeErrorCode, message: string): CallError =>
  Object.assign(new Error(message), { name: 'CallError' as const, code })

const isCallError = (error: unknown): error is CallError =>
  error instanceof Error && error.name === 'CallError'

const messages: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the target refused the connection',
  ECONNRESET: 'the target reset the connection',
  EPIPE: 'the target closed the connection',
  ENOTFOUND: 'the name of the target does not resolve',
  EAI_AGAIN: 'the name of the target does not resolve now',
  EHOSTUNREACH: 'the target cannot be reached',
  ENETUNREACH: 'the target cannot be reached',
  EMFILE: 'the bridge has no more connections',
  ETIMEDOUT: 'the target did not accept the connection in time',
  UPSTREAM_CONNECT_TIMEOUT: 'the target did not accept the connection in time',
  UPSTREAM_CONNECTION_CLOSED: 'the target closed the connection',
  UPSTREAM_HEAD_TOO_LARGE: 'the target sent too many headers',
  UPSTREAM_RESPONSE_CUT: 'the target closed the connection before its answer was complete',
  UPSTREAM_INVALID_REQUEST: 'the request cannot be sent as HTTP',
}

const timeouts: ReadonlySet<string> = new Set(['ETIMEDOUT', 'UPSTREAM_CONNECT_TIMEOUT'])

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf((error.errors as unknown[])[0])
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** @param error - an error of the lookup, the connection or the request. */
export function toCallError(error: unknown): CallError {
  if (isCallError(error)) return error
  const code = codeOf(error)
  if (code === 'UPSTREAM_INVALID_REQUEST') return callError('bad_request', messages[code] ?? code)
  const isTls = code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.includes('CERT')
  const what = isTls
    ? `the target's TLS cannot be trusted (${code})`
    : (messages[code] ?? 'the connection to the target broke off')
  return callError(timeouts.has(code) ? 'timeout' : 'network', what)
}
