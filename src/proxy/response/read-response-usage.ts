// Reads the usage of a complete unstreamed JSON response without scanning all of it.
import {
  closes,
  COLON,
  endOfString,
  endOfValue,
  isWord,
  OPEN_BRACE,
  opens,
  QUOTE,
  skipSpace,
} from '../json/json-scan.ts'
import type { ReadUsage, Usage } from './read-usage.ts'

const NEAR_END_BYTES = 512
const KEY = '"usage"'

/** Servers put the key near the end, where a loop is faster than a native search. @returns -1 where it is absent. */
function lastKey(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - NEAR_END_BYTES)
  for (let at = bytes.length - KEY.length; at >= first; at -= 1) {
    if (bytes[at] === QUOTE && isWord(bytes, at, at + KEY.length, KEY)) return at
  }
  return first === 0 ? -1 : bytes.lastIndexOf(KEY, first)
}

/** @returns how many objects and arrays that close by the end are open at `at`. */
function depthAt(bytes: Buffer, at: number): number {
  let depth = 0
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0
    at += 1
    if (byte === QUOTE) at = endOfString(bytes, at, bytes.length)
    else if (opens(byte)) depth -= 1
    else if (closes(byte)) depth += 1
  }
  return depth
}

/**
 * Searches backwards from the end for a `usage` object that is a member of the outermost object. The key cannot be part of
 * a string, since quotes in strings are escaped.
 * @param bytes - the complete response; the result is not reliable for a truncated one.
 * @param readUsage - of the response's form.
 * @returns undefined where the search did not find it; there may be one all the same.
 */
export function readResponseUsage(bytes: Buffer, readUsage: ReadUsage): Usage | undefined {
  const key = lastKey(bytes)
  if (key === -1) return undefined
  const colon = skipSpace(bytes, key + KEY.length, bytes.length)
  const start = skipSpace(bytes, colon + 1, bytes.length)
  if (bytes[colon] !== COLON || bytes[start] !== OPEN_BRACE) return undefined
  const end = endOfValue(bytes, start, bytes.length)
  return depthAt(bytes, end) === 1 ? readUsage(bytes, start, end) : undefined
}
