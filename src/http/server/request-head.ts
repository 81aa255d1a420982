// Parses the head of a plain request: one that is read in the same way by every parser. https://www.rfc-editor.org/rfc/rfc9112
import type { IncomingHttpHeaders } from 'node:http'
import { isToken } from '../field-syntax.ts'
import { rememberTexts } from '../remember-texts.ts'

export interface RequestHead {
  readonly url: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** As they arrived: name, value, name, value. */
  readonly rawHeaders: readonly string[]
  /** Bytes of the body. */
  readonly bodyBytes: number
  /** Whether the client takes no further response on the connection. */
  readonly closes: boolean
  /** Bytes of the head, with the empty line at its end. */
  readonly bytes: number
}

const CR = 0x0d
const LF = 0x0a
const HEAD_END = '\r\n\r\n'
const METHOD = 'POST '
const VERSION = ' HTTP/1.1'
// Below the limit of node:http, which refuses what is longer.
const MAX_HEAD_BYTES = 8_192
const MAX_FIELDS = 100

/** Anything but printable ASCII and whole line ends. */
const unusual = /[^\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/
const urlPath = /^\/[^ #]*$/
const digits = /^\d{1,15}$/

/** Fields by which the connection or the body is more than that of a plain request; node:http reads the last as `connection`. */
const special: ReadonlySet<string> = new Set([
  ...['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te', 'proxy-connection'],
])

/** The name in lower case; null where a plain request has no such field. */
const plainName = rememberTexts((name) => {
  const lowered = name.toLowerCase()
  return isToken(name) && !special.has(lowered) ? lowered : null
})

/** @returns whether there are no more of them, and each has a name of its own. */
function readFields(
  text: string,
  start: number,
  headers: IncomingHttpHeaders,
  rawHeaders: string[],
): boolean {
  for (let at = start; at < text.length;) {
    let end = text.indexOf('\r\n', at)
    if (end === -1) end = text.length
    const colon = text.indexOf(':', at)
    if (colon === -1 || colon > end) return false
    const name = text.slice(at, colon)
    const lowered = plainName(name)
    // A repeated field may mean a list or an error; also a name that every object has.
    if (lowered === null || headers[lowered] !== undefined) return false
    const value = text.slice(colon + 1, end).trim()
    headers[lowered] = value
    rawHeaders.push(name, value)
    at = end + 2
  }
  return rawHeaders.length <= 2 * MAX_FIELDS
}

/** @returns the bytes without empty lines at their beginning, which some clients send behind a body. */
export function skipEmptyLines(bytes: Buffer): Buffer {
  let at = 0
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2
  return at === 0 ? bytes : bytes.subarray(at)
}

/**
 * A plain request is a POST of HTTP/1.1 with printable ASCII in its head, one Host, a length, no field twice and none that
 * changes the connection or the framing of the body.
 * @param bytes - the first of the request.
 * @returns undefined where its head is not whole, or the request not plain.
 */
export function parseRequestHead(bytes: Buffer): RequestHead | undefined {
  const end = bytes.indexOf(HEAD_END, 0, 'latin1')
  if (end === -1 || end > MAX_HEAD_BYTES) return undefined
  const text = bytes.toString('latin1', 0, end)
  const lineEnd = text.indexOf('\r\n')
  if (!text.startsWith(METHOD) || !text.startsWith(VERSION, lineEnd - VERSION.length)) return undefined
  const url = text.slice(METHOD.length, lineEnd - VERSION.length)
  if (!urlPath.test(url) || unusual.test(text)) return undefined
  const headers: IncomingHttpHeaders = {}
  const rawHeaders: string[] = []
  if (!readFields(text, lineEnd + 2, headers, rawHeaders)) return undefined
  const { host, connection, 'content-length': length } = headers
  const option = connection?.toLowerCase() ?? 'keep-alive'
  if (host === undefined || length === undefined || !digits.test(length)) return undefined
  if (option !== 'keep-alive' && option !== 'close') return undefined
  return {
    url,
    headers,
    rawHeaders,
    bodyBytes: Number(length),
    closes: option === 'close',
    bytes: end + HEAD_END.length,
  }
}
