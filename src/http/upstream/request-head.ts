// Writes the head of an HTTP/1.1 request, and refuses what would end or change it.
// https://www.rfc-editor.org/rfc/rfc9112
import { isFieldValue, isToken } from '../field-syntax.ts'
import { rememberTexts } from '../remember-texts.ts'
import { upstreamError } from './upstream-error.ts'

const invalidPath = /[^\x21-\x7e]/

const CONTENT_LENGTH = 'content-length'
// The transport sets these itself.
const ownNames: ReadonlySet<string> = new Set([
  ...['connection', 'host', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'],
])

type NameKind = 'plain' | 'length' | 'own' | 'invalid'

const kindOf = rememberTexts((name): NameKind => {
  if (!isToken(name)) return 'invalid'
  const lowered = name.toLowerCase()
  if (lowered === CONTENT_LENGTH) return 'length'
  return ownNames.has(lowered) ? 'own' : 'plain'
})

function checkName(name: string, mayBeLength: boolean): void {
  const kind = kindOf(name)
  // Only the caller knows the length of some bodies.
  if (kind === 'plain' || (kind === 'length' && mayBeLength)) return
  throw upstreamError(
    'UPSTREAM_INVALID_REQUEST',
    kind === 'invalid' ? 'a header name' : `the transport sets ${name} itself`,
  )
}

/**
 * @param host - of the URL, with a port that is not the scheme's default.
 * @param headers - name, value, name, value; with `content-length` only where `mayHaveLength`.
 * @returns the request line and the fields, in latin1; what says where the body ends and the empty line must follow.
 * @throws upstreamError UPSTREAM_INVALID_REQUEST.
 */
export function writeRequestFields(
  method: string,
  path: string,
  host: string,
  headers: readonly string[],
  mayHaveLength = false,
): string {
  if (!isToken(method)) throw upstreamError('UPSTREAM_INVALID_REQUEST', 'the method')
  if (path === '' || invalidPath.test(path)) throw upstreamError('UPSTREAM_INVALID_REQUEST', 'the path')
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    checkName(name, mayHaveLength)
    if (!isFieldValue(value)) throw upstreamError('UPSTREAM_INVALID_REQUEST', `the value of ${name}`)
    head += `${name}: ${value}\r\n`
  }
  return head
}

/**
 * @param framing - the field that says where the body ends, with its line end; empty where `headers` or the method says it.
 * @returns the head with the empty line at its end, in latin1.
 * @throws upstreamError UPSTREAM_INVALID_REQUEST.
 */
export const writeRequestHead = (
  method: string,
  path: string,
  host: string,
  headers: readonly string[],
  framing: string,
): string => `${writeRequestFields(method, path, host, headers, framing === '')}${framing}\r\n`
