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

/** The keys that a scan looks for. */
export interface MemberKeys<Key extends string> {
  /** By the first byte of their text; a key that begins with an escape may be any. */
  readonly byFirstByte: readonly (readonly Key[] | undefined)[]
  /** Those whose last occurrence counts where there are several, as for most parsers. */
  readonly repeatable: ReadonlySet<Key>
}

/**
 * Done once for each set of keys.
 * @param once - ASCII words that may occur once.
 * @param repeatable - those that are no error where they occur again.
 */
export function memberKeys<Key extends string>(
  once: readonly Key[],
  repeatable: readonly Key[] = [],
): MemberKeys<Key> {
  const all = [...once, ...repeatable]
  const byFirstByte = Array.from({ length: 256 }, (_, byte) => {
    const keys = byte === BACKSLASH ? all : all.filter((key) => key.charCodeAt(0) === byte)
    return keys.length > 0 ? keys : undefined
  })
  return { byFirstByte, repeatable: new Set(repeatable) }
}

export function findMembers<Key extends string>(bytes: Buffer, keys: MemberKeys<Key>): FoundMembers<Key> {
  const values: Partial<Record<Key, ValueRange>> = {}
  let duplicate: Key | undefined
  const fault = validateJson(bytes, (keyStart, keyEnd, start, end) => {
    const candidates = keys.byFirstByte[bytes[keyStart + 1] as number]
    if (candidates === undefined) return
    for (const key of candidates) {
      if (!spells(bytes, keyStart + 1, keyEnd - 1, key)) continue
      if (values[key] === undefined || keys.repeatable.has(key)) values[key] = { start, end }
      else duplicate ??= key
      return
    }
  })
  const isObject = bytes[skipSpace(bytes, 0, bytes.length)] === OPEN_BRACE
  return { fault, isObject, values, duplicate }
}
