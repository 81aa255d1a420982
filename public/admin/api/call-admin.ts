/** Calls the admin API with the session's cookie and its CSRF token. */
import { responseProblem, networkProblem, problemError } from './problem.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface CallOptions {
  /** The body, sent as JSON. */
  readonly body?: unknown
  /** Sent as If-Match: the call fails with status 412 if the object has another etag. */
  readonly ifMatch?: string | undefined
}

/** @param path - below /admin/api. @throws an error that `problemOf` converts */
export type CallAdmin = <Answer>(method: Method, path: string, options?: CallOptions) => Promise<Answer>

interface CallAdminOptions {
  readonly csrfToken: () => string | undefined
  /** The session with the current CSRF token has ended on the server. */
  readonly onSignedOut: () => void
  /** Fetches the session again: another tab may have signed in, with another CSRF token. */
  readonly onCsrfViolation: () => Promise<void>
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!/json/.test(response.headers.get('content-type') ?? '')) return response.ok ? text : undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A GET without a response for so long is aborted: its connection is probably dead. */
const GET_TIMEOUT_MS = 10_000

export function createCallAdmin({ csrfToken, onSignedOut, onCsrfViolation }: CallAdminOptions): CallAdmin {
  const send = async <Answer>(
    method: Method,
    path: string,
    { body, ifMatch }: CallOptions,
    isSecondTry: boolean,
  ): Promise<Answer> => {
    const headers = new Headers()
    const csrf = csrfToken()
    if (csrf !== undefined && method !== 'GET') headers.set('x-csrf-token', csrf)
    if (ifMatch !== undefined) headers.set('if-match', ifMatch)
    let response: Response
    let responseBody: unknown
    try {
      response = await fetch(`/admin/api${path}`, {
        method,
        headers,
        ...(method === 'GET' && { signal: AbortSignal.timeout(GET_TIMEOUT_MS) }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      responseBody = await readBody(response)
    } catch {
      throw problemError(networkProblem())
    }
    if (response.ok) return responseBody as Answer
    // A late response says nothing of a session that has begun since.
    if (response.status === 401 && path !== '/session' && csrfToken() === csrf) onSignedOut()
    const problem = responseProblem(response.status, responseBody, response.headers)
    if (problem.code === 'LB_ERR_CSRF' && !isSecondTry) {
      await onCsrfViolation()
      if (csrfToken() !== csrf) return send(method, path, { body, ifMatch }, true)
    }
    throw problemError(problem)
  }
  return (method, path, options = {}) => send(method, path, options, false)
}
