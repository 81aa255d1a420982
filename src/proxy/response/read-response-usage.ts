// Reads the usage of an unstreamed JSON answer that came whole, without going over all of it.
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
import { readUsage, type Usage } from './read-usage.ts'

const NEAR_END_BYTES = 512
const KEY = '"usage"'

/** Servers put it near the end, where a loop is there sooner than a native search has begun. @returns -1 for not there. */
function lastKey(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - NEAR_END_BYTES)
  for (let at = bytes.length - KEY.length; at >= first; at -= 1) {
    if (bytes[at] === QUOTE && isWord(bytes, at, at + KEY.length, KEY)) return at
  }
  return first === 0 ? -1 : bytes.lastIndexOf(KEY, first)
}

/** How many objects and arrays are still open at `at`, of all that have closed by the end. */
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
 * Looks from the end, where servers put it, for a `usage` object that is a member of the answer itself. No string can
 * hold its key, since quotes in strings are escaped.
 * @param bytes - all of it: of an answer that was cut this may tell what it does not say.
 * @returns undefined where it is not found so, which leaves open whether there is one.
 */
export function readResponseUsage(bytes: Buffer): Usage | undefined {
  const key = lastKey(bytes)
  if (key === -1) return undefined
  const colon = skipSpace(bytes, key + KEY.length, bytes.length)
  const start = skipSpace(bytes, colon + 1, bytes.length)
  if (bytes[colon] !== COLON || bytes[start] !== OPEN_BRACE) return undefined
  const end = endOfValue(bytes, start, bytes.length)
  return depthAt(bytes, end) === 1 ? readUsage(bytes, start, end) : undefined
}
