// Decodes a body in chunks, strictly: lines end in CR LF, sizes are hexadecimal digits alone, extensions and trailers are bounded
// and dropped. https://www.rfc-editor.org/rfc/rfc9112#section-7.1
import { upstreamError } from './upstream-error.ts'

type Step =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer'
  | 'trailer-lf'
  | 'done'

export interface ChunkedBody {
  step: Step
  /** Bytes of the present chunk that are still to come; the size while it is read. */
  rest: number
  /** Digits of the size that have been read. */
  digits: number
  /** Bytes of the present extension, or of all trailers. */
  overhead: number
  /** Bytes of the present trailer line. */
  lineBytes: number
}

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b
// 13 hexadecimal digits are below 2^53.
const MAX_DIGITS = 13
// Bytes of an extension, and of all trailers.
const MAX_OVERHEAD = 16_384

const invalid = (detail: string): Error => upstreamError('UPSTREAM_INVALID_RESPONSE', detail)

export const createChunkedBody = (): ChunkedBody => ({
  step: 'size',
  rest: 0,
  digits: 0,
  overhead: 0,
  lineBytes: 0,
})

/** @returns -1 where it is no hexadecimal digit. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function countOverhead(body: ChunkedBody): void {
  body.overhead += 1
  if (body.overhead > MAX_OVERHEAD) throw invalid('too much beside the chunks')
}

/** Whether a byte must not stand in an extension or a trailer. */
const isControl = (byte: number): boolean => (byte < 0x20 && byte !== 0x09) || byte === 0x7f

function readSize(body: ChunkedBody, byte: number): void {
  const digit = hexDigit(byte)
  if (digit !== -1) {
    body.digits += 1
    if (body.digits > MAX_DIGITS) throw invalid('the size of a chunk')
    body.rest = body.rest * 16 + digit
    return
  }
  if (body.digits === 0 || (byte !== CR && byte !== SEMICOLON)) throw invalid('the size of a chunk')
  body.step = byte === CR ? 'size-lf' : 'extension'
}

function endSize(body: ChunkedBody, byte: number): void {
  if (byte !== LF) throw invalid('the end of a line')
  body.step = body.rest === 0 ? 'trailer' : 'data'
  body.digits = body.overhead = body.lineBytes = 0
}

function readTrailer(body: ChunkedBody, byte: number): void {
  if (byte === CR) return void (body.step = 'trailer-lf')
  if (isControl(byte)) throw invalid('a trailer')
  body.lineBytes += 1
  countOverhead(body)
}

/** Reads one byte that is not data. */
function readByte(body: ChunkedBody, byte: number): void {
  switch (body.step) {
    case 'size':
      return readSize(body, byte)
    case 'extension':
      if (byte === CR) return void (body.step = 'size-lf')
      if (isControl(byte)) throw invalid('the extension of a chunk')
      return countOverhead(body)
    case 'size-lf':
      return endSize(body, byte)
    case 'data-cr':
      if (byte !== CR) throw invalid('the end of a chunk')
      return void (body.step = 'data-lf')
    case 'data-lf':
      if (byte !== LF) throw invalid('the end of a chunk')
      return void (body.step = 'size')
    case 'trailer':
      return readTrailer(body, byte)
    case 'trailer-lf':
      if (byte !== LF) throw invalid('the end of a line')
      body.step = body.lineBytes === 0 ? 'done' : 'trailer'
      return void (body.lineBytes = 0)
    case 'data':
    case 'done':
  }
}

/**
 * @param target - has room for all of `source`; gets the data.
 * @returns how many bytes of data were written, and where in `source` the body ended; -1 where it did not.
 * @throws upstreamError UPSTREAM_INVALID_RESPONSE.
 */
export function decodeChunks(
  body: ChunkedBody,
  source: Buffer,
  start: number,
  target: Buffer,
): { readonly written: number; readonly end: number } {
  let written = 0
  for (let at = start; at < source.length;) {
    if (body.step === 'data') {
      const bytes = Math.min(body.rest, source.length - at)
      source.copy(target, written, at, at + bytes)
      written += bytes
      at += bytes
      body.rest -= bytes
      if (body.rest === 0) body.step = 'data-cr'
      continue
    }
    readByte(body, source[at] ?? 0)
    at += 1
    if (body.step === 'done') return { written, end: at }
  }
  return { written, end: -1 }
}
