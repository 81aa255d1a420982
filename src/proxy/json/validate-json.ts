// Validates JSON in one pass over its bytes: no value is built, so that a text takes no memory, whatever it holds.
import { BACKSLASH, COLON, COMMA, OPEN_BRACE, QUOTE, opens, skipSpace } from './json-scan.ts'
import { skipPlain } from './skip-plain.ts'

/** The outermost object or array is level 1. */
export const MAX_JSON_DEPTH = 512

export interface JsonFault {
  /** The index of the first byte that cannot be accepted; the length of a text that ends too early. */
  readonly at: number
  readonly isTooDeep: boolean
}

/** Called with the byte ranges of each member of the outermost object; the range of the key includes its quotes. */
type OnMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void

const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39

const marksOf = (characters: string): Uint8Array => {
  const marks = new Uint8Array(256)
  for (const character of characters) marks[character.charCodeAt(0)] = 1
  return marks
}
const hexDigits = marksOf('0123456789abcdefABCDEF')
const escapes = marksOf('"\\/bfnrtu')

// Each of these functions returns the index after what it reads, or the complement of the index of a fault, which is
// negative.

/** @param at - the index of a backslash. */
function endOfEscape(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1] ?? 0
  if (escapes[kind] === 0) return ~(at + 1)
  if (kind !== 0x75) return at + 2
  for (let digit = at + 2; digit < at + 6; digit += 1) if (hexDigits[bytes[digit] ?? 0] === 0) return ~digit
  return at + 6
}

/** @param at - the index that the opening quote must have. */
function endOfString(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return ~at
  at += 1
  for (;;) {
    at = skipPlain(bytes, at)
    if (bytes[at] === QUOTE) return at + 1
    if (bytes[at] !== BACKSLASH) return ~at
    at = endOfEscape(bytes, at)
    if (at < 0) return at
  }
}

function endOfDigits(bytes: Buffer, from: number): number {
  let at = from
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at += 1
  return at === from ? ~at : at
}

function endOfNumber(bytes: Buffer, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from
  at = bytes[at] === ZERO ? at + 1 : endOfDigits(bytes, at)
  if (at >= 0 && bytes[at] === POINT) at = endOfDigits(bytes, at + 1)
  // `e` and `E` differ in one bit.
  if (at >= 0 && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1]
    at = endOfDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1)
  }
  return at
}

function endOfWord(bytes: Buffer, from: number, word: string): number {
  for (let index = 0; index < word.length; index += 1)
    if (bytes[from + index] !== word.charCodeAt(index)) return ~(from + index)
  return from + word.length
}

function endOfScalar(bytes: Buffer, at: number): number {
  switch (bytes[at] ?? 0) {
    case QUOTE:
      return endOfString(bytes, at)
    case 0x74:
      return endOfWord(bytes, at, 'true')
    case 0x66:
      return endOfWord(bytes, at, 'false')
    case 0x6e:
      return endOfWord(bytes, at, 'null')
    default:
      return endOfNumber(bytes, at)
  }
}

/** Reads the colon after a key and white space. @returns the index at which the value must begin. */
function startOfValue(bytes: Buffer, keyEnd: number): number {
  const colon = skipSpace(bytes, keyEnd, bytes.length)
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1, bytes.length) : ~colon
}

// The opening bytes of the objects and arrays that are open, by level. A scan is never interrupted by another.
const opened = new Uint8Array(MAX_JSON_DEPTH + 1)

const faultAt = (complement: number): JsonFault => ({ at: ~complement, isTooDeep: false })

/** @returns undefined where the bytes are one complete JSON value, of at most 512 levels. */
export function validateJson(bytes: Buffer, onMember: OnMember): JsonFault | undefined {
  const end = bytes.length
  let depth = 0
  let keyStart = 0
  let keyEnd = 0
  let valueStart = 0
  let at = skipSpace(bytes, 0, end)
  // Each turn reads a member or an item as far as its value begins, and the value where it holds no others.
  for (;;) {
    if (depth > 0 && opened[depth] === OPEN_BRACE) {
      const endOfKey = endOfString(bytes, at)
      if (endOfKey < 0) return faultAt(endOfKey)
      if (depth === 1) {
        keyStart = at
        keyEnd = endOfKey
      }
      at = startOfValue(bytes, endOfKey)
      if (at < 0) return faultAt(at)
      if (depth === 1) valueStart = at
    }
    const byte = bytes[at] ?? 0
    if (opens(byte)) {
      if (depth === MAX_JSON_DEPTH) return { at, isTooDeep: true }
      at = skipSpace(bytes, at + 1, end)
      if (bytes[at] !== byte + 2) {
        depth += 1
        opened[depth] = byte
        continue
      }
      at += 1
    } else at = endOfScalar(bytes, at)
    if (at < 0) return faultAt(at)
    // A value ends here; it may be the last in what holds it, and that may be too.
    for (;;) {
      if (depth === 1 && opened[1] === OPEN_BRACE) onMember(keyStart, keyEnd, valueStart, at)
      at = skipSpace(bytes, at, end)
      if (depth === 0) return at === end ? undefined : faultAt(~at)
      if (bytes[at] === COMMA) break
      // The closing byte is the opening byte plus 2.
      if (bytes[at] !== (opened[depth] as number) + 2) return faultAt(~at)
      depth -= 1
      at += 1
    }
    at = skipSpace(bytes, at + 1, end)
  }
}
