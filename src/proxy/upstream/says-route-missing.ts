// Recognises the response of an endpoint that does not have the requested route at all.
import { readErrorBody } from './error-body.ts'

const NOT_FOUND = 404
const METHOD_NOT_ALLOWED = 405

// FastAPI and vLLM, SGLang: "Not Found"; llama.cpp: "File Not Found"; OpenAI: "Invalid URL (POST /v1/x)". What is about an
// object, such as "Response with id 'r' not found", has more words.
const saysMissing =
  /^(?:404 )?(?:(?:file|page|path|route|resource|endpoint|url) )?not found\b[.!]?$|^(?:invalid|unknown request) url\b|^cannot (?:post|get) \/|^unexpected endpoint\b/i

/** Whether only the body tells, which has to be read before the response can be passed on. */
export const mayLackRoute = (status: number): boolean => status === NOT_FOUND || status === METHOD_NOT_ALLOWED

/** An engine that has the route answers 404 in JSON; a server or proxy without it does so in HTML, in text, or with nothing. */
export function saysRouteMissing(status: number, body: Buffer): boolean {
  if (status === METHOD_NOT_ALLOWED) return true
  if (status !== NOT_FOUND) return false
  const error = readErrorBody(body)
  return error === undefined || saysMissing.test(error.message)
}
