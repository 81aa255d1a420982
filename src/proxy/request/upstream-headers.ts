// Selects the request headers that go upstream: an allow-list, without the headers of the client's own connection.
import { isSendable } from '../is-sendable.ts'

const requestHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'accept',
  'user-agent',
  'traceparent',
  'tracestate',
])
// Only the first of several is sent, as servers differ in which one they read; Node.js reads the first too.
const singleHeaders: ReadonlySet<string> = new Set(['content-type', 'user-agent', 'traceparent'])
// Headers of the balancer itself, of other proxies about the client, and a client credential.
const withheldHeaders: ReadonlySet<string> = new Set(['x-real-ip', 'x-request-id', 'x-api-key'])
const withheldPrefix = /^x-(?:lb|admin|forwarded)-/

function isForwarded(name: string): boolean {
  if (name.startsWith('x-')) return !withheldHeaders.has(name) && !withheldPrefix.test(name)
  return requestHeaders.has(name) || name.startsWith('openai-') || name.startsWith('anthropic-')
}

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

interface UpstreamIdentity {
  readonly requestId: string
  /** The endpoint's own authorization header, such as `Bearer ...`. */
  readonly authorization: string | undefined
}

/**
 * @param rawHeaders - as in Node.js's IncomingMessage: name, value, name, value.
 * @returns a list of the same form with lower-case names, for undici.
 */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  { requestId, authorization }: UpstreamIdentity,
): string[] {
  const headers = ['x-request-id', requestId, 'accept-encoding', 'identity']
  if (authorization !== undefined) headers.push('authorization', authorization)
  const named = namedByConnection(rawHeaders)
  const forwarded = new Set<string>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    if (!isForwarded(name) || named?.has(name) || !isSendable(value)) continue
    if (singleHeaders.has(name)) {
      if (forwarded.has(name)) continue
      forwarded.add(name)
    }
    headers.push(name, value)
  }
  if (!forwarded.has('content-type')) headers.push('content-type', 'application/json')
  return headers
}
