/** Finds the message of an error. */
import { isJsonObject } from '../calls/json-object.ts'

/** Longer than the final limit, because keys are replaced before the final cut; cutting first could leave half a key. */
const MAX_DETAIL = 4_000

/** @returns the message of an error as defined by OpenAI, Anthropic or RFC 9457; else the value as JSON. */
export function errorDetail(body: unknown): string {
  const error = isJsonObject(body) ? (body['error'] ?? body['detail'] ?? body['message'] ?? body) : body
  const message = isJsonObject(error) ? error['message'] : error
  return (typeof message === 'string' ? message : (JSON.stringify(error) ?? '')).slice(0, MAX_DETAIL)
}

/** Like `errorDetail`, for a body that may not be JSON. */
export function errorDetailOfText(body: string): string {
  try {
    return errorDetail(JSON.parse(body))
  } catch {
    return body.trim().slice(0, MAX_DETAIL)
  }
}
