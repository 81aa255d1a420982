// Selects the response headers that go to the client: an allow-list, without the headers of the upstream's connection.
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'

const OCTET_STREAM = 'application/octet-stream'
// Anything else, such as a page, might be taken for one of the balancer's own.
const apiTypes =
  /^(?:application\/(?:json|[\w.-]+\+json|x-ndjson|jsonl|octet-stream)|text\/(?:event-stream|plain)|audio\/[\w.+-]+|image\/(?!svg)[\w.+-]+) *(?:;|$)/i

/** @param given - several where the header came more than once. @returns the content type that the client gets. */
export function downstreamType(given: string | readonly string[]): string {
  const type = typeof given === 'string' ? given : (given[0] ?? '')
  return apiTypes.test(type) ? type : OCTET_STREAM
}

const responseHeaders: ReadonlySet<string> = new Set(['cache-control', 'retry-after'])

const responsePrefix = /^(?:x-ratelimit|openai|anthropic)-/

/** @returns the name under which an upstream's header is sent to the client; undefined where it is not sent. */
function downstreamName(name: string, bodyIsUntouched: boolean): string | undefined {
  if (name === 'x-request-id' || name === 'request-id') return 'x-upstream-request-id'
  if (name === 'content-length' || name === 'content-encoding') return bodyIsUntouched ? name : undefined
  return responseHeaders.has(name) || responsePrefix.test(name) ? name : undefined
}

interface DownstreamOptions {
  /** Whether the client gets the body unchanged, so that its content-length and content-encoding are right. */
  readonly bodyIsUntouched: boolean
}

/**
 * Adds the upstream's headers to the client's.
 * @param headers - name, value, name, value.
 * @param upstream - as parsed: names in lower case, valid values.
 */
export function addDownstreamHeaders(
  headers: string[],
  upstream: ResponseHeaders,
  { bodyIsUntouched }: DownstreamOptions,
): void {
  for (const given in upstream) {
    const value = upstream[given]
    if (value === undefined) continue
    if (given === 'content-type') {
      headers.push(given, downstreamType(value))
      continue
    }
    const name = downstreamName(given, bodyIsUntouched)
    if (name === undefined) continue
    if (typeof value === 'string') headers.push(name, value)
    else for (const one of value) headers.push(name, one)
  }
}
