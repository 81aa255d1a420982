// The error responses of most engines: in OpenAI's form and, for messages, in Anthropic's; a text for Ollama's own calls.

export interface ApiError {
  readonly status: number
  readonly body: string
  /** The content type; JSON where it is not given. */
  readonly type?: string
}

const types: Partial<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  405: 'MethodNotAllowedError',
  429: 'RateLimitError',
  503: 'ServiceUnavailableError',
}

const anthropicTypes: Partial<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/** Whether the route of this path is one of Anthropic's API. */
export const isAnthropic = (path: string): boolean => /^\/v1\/messages(?:\/|$)/.test(path)

/** Whether the route of this path is one of Ollama's own. */
export const isOllama = (path: string): boolean => path.startsWith('/api/')

/** @param param - the request field at fault. */
export function apiError(
  path: string,
  status: number,
  message: string,
  param: string | null = null,
): ApiError {
  if (isAnthropic(path)) {
    const type = anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
    return { status, body: JSON.stringify({ type: 'error', error: { type, message } }) }
  }
  if (isOllama(path)) return { status, body: JSON.stringify({ error: message }) }
  const type = types[status] ?? (status < 500 ? 'BadRequestError' : 'InternalServerError')
  return { status, body: JSON.stringify({ error: { message, type, param, code: status } }) }
}

/** vLLM checks the key before routing and responds in another shape. */
export const unauthorized: ApiError = { status: 401, body: '{"error":"Unauthorized"}' }
