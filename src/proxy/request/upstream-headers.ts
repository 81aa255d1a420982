// Selects the request headers that go upstream: an allow-list, without the headers of the client's own connection.
import { isWithheldHeader } from '../../core/withheld-headers.ts'
import { isFieldValue } from '../../http/field-syntax.ts'
import { rememberTexts } from '../../http/remember-texts.ts'
import { extendVia, VIA_HEADER } from './via.ts'

const requestHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'accept',
  'user-agent',
  'traceparent',
  'tracestate',
  // What clients send beside these: about themselves, their conversation and their request.
  'conversation_id',
  'http-referer',
  'originator',
  'session_id',
  'x-app',
  'x-client-request-id',
  'x-conversation-id',
  'x-session-affinity',
  'x-session-id',
  'x-title',
])
const requestPrefix = /^(?:openai|anthropic|x-stainless|x-claude-code|x-codex)-/
// Only the first of several is sent, as servers differ in which one they read; Node.js reads the first too.
const singleHeaders: ReadonlySet<string> = new Set(['content-type', 'user-agent', 'traceparent'])

/** @returns the header names listed in Connection headers, which are for this hop only; undefined where there are none. */
function namedByConnection(rawHeaders: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    const value = (rawHeaders[index + 1] ?? '').toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    named ??= new Set()
    for (const option of value.split(',')) named.add(option.trim())
  }
  return named
}

/** @param headers - name, value, name, value; names in lower case. */
function hasField(headers: readonly string[], name: string): boolean {
  for (let index = 0; index < headers.length; index += 2) if (headers[index] === name) return true
  return false
}

interface UpstreamIdentity {
  readonly requestId: string
  /** The header fields of the endpoint's own key: name, value, name, value. */
  readonly credentials: readonly string[]
  readonly instanceId: string
}

/** @param rawHeaders - as in Node.js's IncomingMessage: name, value, name, value. */
export type UpstreamHeaders = (rawHeaders: readonly string[], identity: UpstreamIdentity) => string[]

interface UpstreamHeaderOptions {
  /** Further names that are sent, in lower case. */
  readonly forwardHeaders: readonly string[]
}

/** @returns a function that returns a list of the form of its argument with lower-case names. */
export function createUpstreamHeaders({ forwardHeaders }: UpstreamHeaderOptions): UpstreamHeaders {
  const names = new Set([...requestHeaders, ...forwardHeaders].filter((name) => !isWithheldHeader(name)))
  /** The name in lower case; null for one that is not sent. */
  const sentName = rememberTexts((name) => {
    const lowered = name.toLowerCase()
    return lowered === VIA_HEADER || names.has(lowered) || requestPrefix.test(lowered) ? lowered : null
  })
  return (rawHeaders, { requestId, credentials, instanceId }) => {
    const headers = ['x-request-id', requestId, 'accept-encoding', 'identity', ...credentials]
    const named = namedByConnection(rawHeaders)
    let via: string | undefined
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = sentName(rawHeaders[index] ?? '')
      const value = rawHeaders[index + 1] ?? ''
      if (name === null || !isFieldValue(value)) continue
      if (name === VIA_HEADER) via = value
      else if (!named?.has(name) && !(singleHeaders.has(name) && hasField(headers, name)))
        headers.push(name, value)
    }
    if (!hasField(headers, 'content-type')) headers.push('content-type', 'application/json')
    headers.push(VIA_HEADER, extendVia(via, instanceId))
    return headers
  }
}
