// Reads one response after another from the bytes of a connection. Interim responses (1xx) are skipped.
import { allocate, copyOf } from '../copy-bytes.ts'
import { createChunkedBody, decodeChunks, type ChunkedBody } from './chunked-body.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'
import { upstreamError } from './upstream-error.ts'

export interface ResponseParser {
  isHeadRequest: boolean
  /** Of the final response; undefined until it is whole. */
  head: ResponseHead | undefined
  /** The beginning of a head that is not whole. */
  held: Buffer | undefined
  /** Bytes of a body of known length that are still to come. */
  rest: number
  chunks: ChunkedBody | undefined
  isComplete: boolean
  /** Whether bytes followed the response, which belong to no request. */
  hasExcess: boolean
}

const HEAD_END = Buffer.from('\r\n\r\n')
const MAX_HEAD_BYTES = 16_384
const CR = 0x0d
const LF = 0x0a
const NOTHING = Buffer.alloc(0)

export const createResponseParser = (): ResponseParser => ({
  isHeadRequest: false,
  head: undefined,
  held: undefined,
  rest: 0,
  chunks: undefined,
  isComplete: false,
  hasExcess: false,
})

/** Prepares for the response to a request. */
export function expectResponse(parser: ResponseParser, isHeadRequest: boolean): void {
  parser.isHeadRequest = isHeadRequest
  parser.head = parser.held = parser.chunks = undefined
  parser.rest = 0
  parser.isComplete = parser.hasExcess = false
}

/** @returns where the first line begins: a server may leave empty lines behind the body before. */
function skipEmptyLines(bytes: Buffer): number {
  let at = 0
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2
  return at
}

/** Refuses a beginning that no further byte makes a head: it would be waited for in vain. */
function checkBeginning(bytes: Buffer): void {
  if (bytes.length > MAX_HEAD_BYTES) throw upstreamError('UPSTREAM_HEAD_TOO_LARGE')
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1))
    if (bytes[at - 1] !== CR) throw upstreamError('UPSTREAM_INVALID_RESPONSE', 'the end of a line')
  const expected = 'HTTP/1.'
  if (!expected.startsWith(bytes.toString('latin1', skipEmptyLines(bytes), expected.length).trim()))
    throw upstreamError('UPSTREAM_INVALID_RESPONSE', 'the status line')
}

/**
 * @param bytes - valid during the call only.
 * @returns what follows the final head; undefined where it is not whole yet.
 * @throws upstreamError UPSTREAM_INVALID_RESPONSE, UPSTREAM_HEAD_TOO_LARGE.
 */
export function readHead(parser: ResponseParser, bytes: Buffer): Buffer | undefined {
  let rest = parser.held ? Buffer.concat([parser.held, bytes]) : bytes
  for (;;) {
    const start = skipEmptyLines(rest)
    const end = rest.indexOf(HEAD_END, start)
    if (end === -1) {
      checkBeginning(rest)
      parser.held = copyOf(rest)
      return undefined
    }
    if (end - start > MAX_HEAD_BYTES) throw upstreamError('UPSTREAM_HEAD_TOO_LARGE')
    const head = parseResponseHead(rest.toString('latin1', start, end), parser.isHeadRequest)
    rest = rest.subarray(end + HEAD_END.length)
    if (head.status < 200) continue
    parser.held = undefined
    parser.head = head
    if (head.framing === 'chunked') parser.chunks = createChunkedBody()
    else if (head.framing !== 'until-close') parser.rest = head.framing
    return rest
  }
}

function readSized(parser: ResponseParser, bytes: Buffer): Buffer {
  const taken = Math.min(parser.rest, bytes.length)
  parser.rest -= taken
  parser.isComplete = parser.rest === 0
  parser.hasExcess = taken < bytes.length
  return taken === 0 ? NOTHING : copyOf(bytes, taken)
}

function readChunks(parser: ResponseParser, chunks: ChunkedBody, bytes: Buffer): Buffer {
  if (bytes.length === 0) return NOTHING
  const target = allocate(bytes.length)
  const { written, end } = decodeChunks(chunks, bytes, 0, target)
  parser.isComplete = end !== -1
  parser.hasExcess = end !== -1 && end < bytes.length
  return target.subarray(0, written)
}

/**
 * Reads the body after the head.
 * @param bytes - valid during the call only.
 * @returns the body's bytes, as a copy.
 * @throws upstreamError UPSTREAM_INVALID_RESPONSE.
 */
export function readBody(parser: ResponseParser, bytes: Buffer): Buffer {
  if (parser.chunks) return readChunks(parser, parser.chunks, bytes)
  if (parser.head?.framing === 'until-close') return copyOf(bytes)
  return readSized(parser, bytes)
}

/** Whether the response is complete now that the connection has ended. */
export const isCompleteAtClose = (parser: ResponseParser): boolean => parser.head?.framing === 'until-close'
