// Finds members of a JSON object by byte range while the text is validated, so that it can be edited without a copy.
import { BACKSLASH, OPEN_BRACE, skipSpace } from './json-scan.ts'
import { validateJson, type JsonFault } from './validate-json.ts'

/** Indexes into the scanned bytes. */
export interface ValueRange {
  readonly start: number
  /** The index after the value's last byte. */
  readonly end: number
}

interface FoundMembers<Key extends string> {
  /** Why the text is not valid; the rest holds for valid text only. */
  readonly fault: JsonFault | undefined
  readonly isObject: boolean
  readonly values: Readonly<Partial<Record<Key, ValueRange>>>
  /** The first key that occurs more than once. */
  readonly duplicate: Key | undefined
}

const hexValue = (byte: number): number => (byte & 0xf) + (byte > 0x39 ? 9 : 0)

/** Whether the valid string between two quotes spells the ASCII word, with or without `\u` escapes. */
function spells(bytes: Buffer, start: number, end: number, word: string): boolean {
  let at = start
  for (let index = 0; index < word.length; index += 1) {
    if (at >= end) return false
    let code = bytes[at] as number
    at += 1
    if (code === BACKSLASH) {
      // No word has a character with an escape of another kind.
      if (bytes[at] !== 0x75) return false
      code = 0
      for (let digit = at + 1; digit < at + 5; digit += 1) code = 16 * code + hexValue(bytes[digit] ?? 0)
      at += 5
    }
    if (code !== word.charCodeAt(index)) return false
  }
  return at === end
}

/** @param keys - ASCII words. */
export function findMembers<Key extends string>(bytes: Buffer, keys: readonly Key[]): FoundMembers<Key> {
  const values: Partial<Record<Key, ValueRange>> = {}
  let duplicate: Key | undefined
  const fault = validateJson(bytes, (keyStart, keyEnd, start, end) => {
    for (const key of keys) {
      if (!spells(bytes, keyStart + 1, keyEnd - 1, key)) continue
      if (values[key] === undefined) values[key] = { start, end }
      else duplicate ??= key
      return
    }
  })
  const isObject = bytes[skipSpace(bytes, 0, bytes.length)] === OPEN_BRACE
  return { fault, isObject, values, duplicate }
}
