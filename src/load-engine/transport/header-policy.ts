// Decides which request header fields a page may send through the bridge and which response header fields it receives.
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'

// Hop-by-hop fields, fields that the transport sets, and fields that a page must not set.
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
 * @param given - valid HTTP names and values.
 * @param isJson - whether the bridge serialised the body to JSON; then content-type defaults to application/json.
 * @returns name, value, name, value, names in lower case.
 */
export function requestHeaders(given: Readonly<Record<string, string>>, isJson: boolean): string[] {
  const named = new Set<string>()
  const connection = Object.entries(given).find(([name]) => name.toLowerCase() === 'connection')?.[1] ?? ''
  for (const name of connection.split(',')) named.add(name.trim().toLowerCase())
  // The page cannot decode an encoded body.
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

// Cookies of the target and hop-by-hop fields do not reach the page.
const droppedFromResponse: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'set-cookie', 'set-cookie2'],
])

export function responseHeaders(given: ResponseHeaders): Record<string, string> {
  const shown = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || droppedFromResponse.has(name)) return []
    return [[name, typeof value === 'string' ? value : value.join(', ')]]
  })
  return Object.fromEntries(shown) as Record<string, string>
}
