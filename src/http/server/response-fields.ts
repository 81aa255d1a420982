// Writes the head of a response as node:http does: the given fields, then the date and what concerns the connection.
import { STATUS_CODES } from 'node:http'
import { isFieldValue, isToken } from '../field-syntax.ts'
import { rememberTexts } from '../remember-texts.ts'

interface ResponseHead {
  /** Without the empty line at its end. */
  readonly text: string
  /** Whether the body is to be sent in chunks. */
  readonly isChunked: boolean
  /** Whether the connection is closed after the response. */
  readonly closes: boolean
}

const SECOND_MS = 1_000
const NO_CONTENT = 204
const NOT_MODIFIED = 304

let date = ''
let dateSecond = 0

function currentDate(): string {
  const second = Math.floor(Date.now() / SECOND_MS)
  if (second !== dateSecond) {
    dateSecond = second
    date = new Date(second * SECOND_MS).toUTCString()
  }
  return date
}

const lowerCaseName = rememberTexts((name) => {
  if (!isToken(name)) throw new TypeError('a header has an invalid name')
  return name.toLowerCase()
})

const hasBody = (status: number): boolean => status >= 200 && status !== NO_CONTENT && status !== NOT_MODIFIED

/**
 * @param fields - name, value, name, value.
 * @param closes - whether the client has asked for the connection to be closed.
 * @param keepAliveS - seconds for which an idle connection is kept.
 * @throws TypeError where a name or a value cannot be sent, and for a transfer-encoding.
 */
export function writeResponseHead(
  status: number,
  fields: readonly string[],
  closes: boolean,
  keepAliveS: number,
): ResponseHead {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
  let saysClose = false
  let hasLength = false
  let hasDate = false
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    const value = fields[index + 1] ?? ''
    const lowered = lowerCaseName(name)
    if (!isFieldValue(value)) throw new TypeError(`the header ${name} has an invalid value`)
    if (lowered === 'transfer-encoding') throw new TypeError('the framing of the body is chosen here')
    if (lowered === 'connection') saysClose = value.toLowerCase() === 'close'
    else if (lowered === 'content-length') hasLength = true
    else if (lowered === 'date') hasDate = true
    text += `${name}: ${value}\r\n`
  }
  if (!hasDate) text += `Date: ${currentDate()}\r\n`
  if (!saysClose)
    text += closes
      ? 'Connection: close\r\n'
      : `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveS}\r\n`
  const isChunked = !hasLength && hasBody(status)
  if (isChunked) text += 'Transfer-Encoding: chunked\r\n'
  return { text, isChunked, closes: closes || saysClose }
}
