// Decides which header fields a page may send through the bridge, and which of an answer it gets to see.
import type { ResponseHeaders } from '../../http/upstream-request.ts'

// What belongs to one connection, or is the transport's to set; and what no page may claim of itself.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 and https://fetch.spec.whatwg.org/#forbidden-request-header
const droppedFromRequest: ReadonlySet<string> = new Set([
  ...[
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
    'http2-settings',
  ],
  ...['host', 'content-length', 'accept-encoding', 'accept-charset', 'via', 'date', 'dnt'],
  ...['cookie', 'cookie2', 'origin', 'referer', 'permissions-policy', 'forwarded', 'x-real-ip'],
])
const droppedRequestPrefix = /^(?:proxy-|sec-|access-control-|x-forwarded-)/

/**
 * @param given - names and values that HTTP takes.
 * @param isJson - whether the body is JSON of the bridge's making; then the content type is, too, where none is given.
 * @returns name, value, name, value, names in lower case.
 */
export function requestHeaders(given: Readonly<Record<string, string>>, isJson: boolean): string[] {
  const named = new Set<string>()
  const connection = Object.entries(given).find(([name]) => name.toLowerCase() === 'connection')?.[1] ?? ''
  for (const name of connection.split(',')) named.add(name.trim().toLowerCase())
  // Text is wanted, not what a page could not unpack.
  const headers = ['accept-encoding', 'identity']
  let hasType = false
  for (const [anyCase, value] of Object.entries(given)) {
    const name = anyCase.toLowerCase()
    if (droppedFromRequest.has(name) || droppedRequestPrefix.test(name) || named.has(name)) continue
    hasType ||= name === 'content-type'
    headers.push(name, value)
  }
  if (isJson && !hasType) headers.push('content-type', 'application/json')
  return headers
}

// A page gets no cookie of a target, and nothing of a connection that is not its own.
const droppedFromResponse: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'set-cookie', 'set-cookie2'],
])

export function responseHeaders(given: ResponseHeaders): Record<string, string> {
  const shown = Object.entries(given).flatMap(([anyCase, value]) => {
    const name = anyCase.toLowerCase()
    if (value === undefined || droppedFromResponse.has(name)) return []
    return [[name, typeof value === 'string' ? value : value.join(', ')]]
  })
  return Object.fromEntries(shown) as Record<string, string>
}
