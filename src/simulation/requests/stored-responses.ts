// The responses that an engine keeps, as vLLM does where its store of responses is on, and the requests for one of them.
import { apiError } from '../formats/api-error.ts'
import type { RequestContext } from './request-context.ts'
import { sendJson } from './send-json.ts'
import type { Timer } from '../timer.ts'

export interface StoredResponse {
  /** The response as JSON, as it is now. */
  readonly body: () => string
  readonly input: unknown
  /** Of its prompt and its text, which a response that continues it reads again. */
  readonly tokens: number
  /** Ends it where it is made in the background; undefined for others. */
  readonly cancel: (() => void) | undefined
}

/** By id, the oldest first. */
export type StoredResponses = Map<string, StoredResponse>

const MAX_STORED = 1_000

export function storeResponse(stored: StoredResponses, id: string, response: StoredResponse): void {
  stored.set(id, response)
  const [oldest] = stored.keys()
  if (stored.size > MAX_STORED && oldest !== undefined) stored.delete(oldest)
}

export const missingResponse = (path: string, id: string) =>
  apiError(path, 404, `Response with id '${id}' not found.`, 'response_id')

const pattern = /^\/v1\/responses\/([^/]+)(\/cancel|\/input_items)?$/

function inputItems(input: unknown): object {
  const items: unknown[] = Array.isArray(input) ? input : [{ type: 'message', role: 'user', content: input }]
  return { object: 'list', data: items, has_more: false }
}

/** Serves a request for a response that is kept, or is not. @returns whether it is one. */
export function serveStored(context: RequestContext, stored: StoredResponses, timer: Timer): boolean {
  const { path, request } = context
  const [, id = '', action = ''] = pattern.exec(path) ?? []
  if (id === '') return false
  const response = stored.get(id)
  const send = (status: number, body: string): true => {
    sendJson(context, status, body, timer)
    return true
  }
  if (response === undefined) {
    const { status, body } = missingResponse(path, id)
    return send(status, body)
  }
  const asked = `${request.method}${action}`
  if (asked === 'GET') return send(200, response.body())
  if (asked === 'GET/input_items') return send(200, JSON.stringify(inputItems(response.input)))
  if (asked === 'DELETE') {
    stored.delete(id)
    return send(200, JSON.stringify({ id, object: 'response', deleted: true }))
  }
  if (asked !== 'POST/cancel') return send(405, apiError(path, 405, 'Method Not Allowed').body)
  if (response.cancel === undefined)
    return send(400, apiError(path, 400, 'Cannot cancel a synchronous response.').body)
  response.cancel()
  return send(200, response.body())
}
