// Skips the bytes that a JSON string contains as they are, four at a time: most of a body is the text of its prompt.
import { BACKSLASH, QUOTE } from './json-scan.ts'

/** From here on four bytes are compared at a time, which costs a view of the buffer first. */
const LONG = 128

/** A quote, a backslash or a control character. */
const stops = new Uint8Array(256).fill(1, 0, 0x20)
stops[QUOTE] = 1
stops[BACKSLASH] = 1

function skipBytes(bytes: Buffer, at: number, end: number): number {
  while (at < end && stops[bytes[at] as number] === 0) at += 1
  return at
}

// The same value in each of the four bytes of a word.
const QUOTES = QUOTE * 0x01_01_01_01
const BACKSLASHES = BACKSLASH * 0x01_01_01_01
const SPACES = 0x20_20_20_20
const ONES = 0x01_01_01_01
const HIGH_BITS = 0x80_80_80_80

/** Whether a byte of the word is one of `stops`: a byte that is less than another one borrows from its high bit. */
function hasStop(word: number): boolean {
  const quotes = word ^ QUOTES
  const backslashes = word ^ BACKSLASHES
  const borrowed =
    ((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - SPACES) & ~word)
  return (borrowed & HIGH_BITS) !== 0
}

/** @returns the index of the first byte from `at` on that is a quote, a backslash or a control character; the length where none is. */
export function skipPlain(bytes: Buffer, at: number): number {
  const { length } = bytes
  const far = at + LONG
  if (far >= length) return skipBytes(bytes, at, length)
  const near = skipBytes(bytes, at, far)
  if (near < far) return near
  // Words begin at multiples of four of the memory that the buffer is part of.
  const before = bytes.byteOffset & 3
  const words = new Int32Array(bytes.buffer, bytes.byteOffset - before, (length + before) >>> 2)
  // A word that begins up to three bytes earlier holds nothing but plain bytes there.
  let word = (near + before) >>> 2
  while (word < words.length && !hasStop(words[word] as number)) word += 1
  return skipBytes(bytes, Math.max(near, 4 * word - before), length)
}
