// Parses the head of an HTTP/1.1 response strictly: what two parsers might read differently is refused.
// https://www.rfc-editor.org/rfc/rfc9112
import { isFieldValue, isToken } from '../field-syntax.ts'
import { rememberTexts } from '../remember-texts.ts'
import { upstreamError } from './upstream-error.ts'

/** Equal heads share them: not to be changed. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>

/** How the end of the body is found: by a length in bytes, by its chunks, or by the end of the connection. */
type BodyFraming = number | 'chunked' | 'until-close'

export interface ResponseHead {
  readonly status: number
  /** Names in lower case; several values where a field came more than once. */
  readonly headers: ResponseHeaders
  readonly framing: BodyFraming
  /** Whether the connection can serve a further request after this response. */
  readonly keepsAlive: boolean
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const digits = /^\d{1,16}$/
const SWITCHING_PROTOCOLS = 101
const NO_CONTENT = 204
const NOT_MODIFIED = 304

const invalid = (detail: string): Error => upstreamError('UPSTREAM_INVALID_RESPONSE', detail)

const lowerCaseName = rememberTexts((name) => {
  if (!isToken(name)) throw invalid('a header name')
  return name.toLowerCase()
})

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

/** @returns the part without the spaces and tabs at its ends. */
function trimmed(text: string, start: number, end: number): string {
  let from = start
  let to = end
  while (from < to && isBlank(text.charCodeAt(from))) from += 1
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function parseFields(text: string, start: number): Record<string, string | string[] | undefined> {
  const headers: Record<string, string | string[] | undefined> = {}
  for (let at = start; at < text.length;) {
    let end = text.indexOf('\r\n', at)
    if (end === -1) end = text.length
    const colon = text.indexOf(':', at)
    if (colon === -1 || colon > end) throw invalid('a header line without a colon')
    const name = lowerCaseName(text.slice(at, colon))
    const value = trimmed(text, colon + 1, end)
    if (!isFieldValue(value)) throw invalid(`the value of ${name}`)
    const known = headers[name]
    // What an object has from its prototype is neither.
    if (typeof known === 'string') headers[name] = [known, value]
    else if (Array.isArray(known)) known.push(value)
    else headers[name] = value
    at = end + 2
  }
  return headers
}

function framingOf(status: number, isHead: boolean, headers: ResponseHeaders): BodyFraming {
  const coding = headers['transfer-encoding']
  const length = headers['content-length']
  if (coding !== undefined) {
    if (length !== undefined) throw invalid('both content-length and transfer-encoding')
    if (typeof coding !== 'string' || coding.toLowerCase() !== 'chunked')
      throw invalid('a transfer coding that was not asked for')
  }
  if (length !== undefined && (typeof length !== 'string' || !digits.test(length)))
    throw invalid('content-length')
  const bytes = Number(length)
  if (length !== undefined && !Number.isSafeInteger(bytes)) throw invalid('content-length')
  if (isHead || status === NO_CONTENT || status === NOT_MODIFIED || status < 200) return 0
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'until-close' : bytes
}

const closes = (connection: string | string[] | undefined): boolean =>
  connection !== undefined &&
  String(connection)
    .toLowerCase()
    .split(',')
    .some((option) => option.trim() === 'close')

function parse(text: string, isHead: boolean): ResponseHead {
  const lineEnd = text.indexOf('\r\n')
  const line = lineEnd === -1 ? text : text.slice(0, lineEnd)
  const [, minor, digitsOfStatus] = statusLine.exec(line) ?? []
  const status = Number(digitsOfStatus)
  if (digitsOfStatus === undefined || status === SWITCHING_PROTOCOLS) throw invalid('the status line')
  const headers = parseFields(text, lineEnd === -1 ? text.length : lineEnd + 2)
  const framing = framingOf(status, isHead, headers)
  const keepsAlive = minor === '1' && framing !== 'until-close' && !closes(headers['connection'])
  return { status, headers, framing, keepsAlive }
}

/** A head that was parsed. */
interface KnownHead {
  readonly text: string
  readonly isHead: boolean
  readonly head: ResponseHead
  /** What stands around the digits of content-length; undefined where there is no such field. */
  readonly around: { readonly before: string; readonly after: string } | undefined
}

const lengthField = /\r\ncontent-length: *\d+(?=\r\n|$)/i

function partsAround(text: string, length: string | string[] | undefined): KnownHead['around'] {
  const field = typeof length === 'string' ? lengthField.exec(text) : null
  if (field === null || typeof length !== 'string') return undefined
  const end = field.index + field[0].length
  return { before: text.slice(0, end - length.length), after: text.slice(end) }
}

/** @returns undefined where the text differs from the known one in more than the digits of its length. */
function parseLike({ head, isHead, around }: KnownHead, text: string): ResponseHead | undefined {
  if (around === undefined) return undefined
  const { before, after } = around
  const length = text.slice(before.length, text.length - after.length)
  if (
    !digits.test(length) ||
    text.slice(0, before.length) !== before ||
    text.slice(before.length + length.length) !== after
  )
    return undefined
  const headers = { ...head.headers, 'content-length': length }
  return { ...head, headers, framing: framingOf(head.status, isHead, headers) }
}

// Most responses of a server, and of servers of a kind, have heads within a second that are equal or differ in the length of
// their bodies: the others differ in their dates.
let last: KnownHead | undefined

/**
 * @param text - of the status line and the fields, in latin1, without the empty line at the end.
 * @param isHead - whether the request's method was HEAD.
 * @throws upstreamError UPSTREAM_INVALID_RESPONSE.
 */
export function parseResponseHead(text: string, isHead: boolean): ResponseHead {
  if (last !== undefined && last.isHead === isHead) {
    const head = last.text === text ? last.head : parseLike(last, text)
    if (head !== undefined) return head
  }
  const head = parse(text, isHead)
  last = { text, isHead, head, around: partsAround(text, head.headers['content-length']) }
  return head
}
