// The failures of a request to an upstream that are not errors of the operating system or of TLS.

const messages = {
  UPSTREAM_CONNECT_TIMEOUT: 'the connection was not established in time',
  UPSTREAM_RESPONSE_TIMEOUT: 'no response came in time',
  UPSTREAM_BODY_TIMEOUT: 'the response stopped',
  UPSTREAM_CONNECTION_CLOSED: 'the connection was closed',
  UPSTREAM_RESPONSE_CUT: 'the connection was closed within the response',
  UPSTREAM_HEAD_TOO_LARGE: 'the head of the response is too large',
  UPSTREAM_INVALID_RESPONSE: 'the response is not valid HTTP/1.1',
  UPSTREAM_INVALID_REQUEST: 'the request cannot be sent as HTTP/1.1',
  UPSTREAM_POOL_CLOSED: 'the connections were closed',
} as const

export type UpstreamErrorCode = keyof typeof messages

export interface UpstreamError extends Error {
  readonly code: UpstreamErrorCode
}

/** @param detail - without secrets; for tests and debugging, never for clients. */
export const upstreamError = (code: UpstreamErrorCode, detail?: string): UpstreamError =>
  Object.assign(new Error(detail === undefined ? messages[code] : `${messages[code]}: ${detail}`), { code })
