// The error responses of vLLM's OpenAI server.

export interface ApiError {
  readonly status: number
  readonly body: string
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

/** @param param - the request field at fault. */
export function apiError(status: number, message: string, param: string | null = null): ApiError {
  const type = types[status] ?? (status < 500 ? 'BadRequestError' : 'InternalServerError')
  return { status, body: JSON.stringify({ error: { message, type, param, code: status } }) }
}

/** vLLM checks the key before routing and responds in another shape. */
export const unauthorized: ApiError = { status: 401, body: '{"error":"Unauthorized"}' }
