// Finds the members of a JSON object by byte range, so that a body can be edited without being serialised again.
import { COLON, COMMA, OPEN_BRACE, QUOTE, endOfString, endOfValue, skipSpace } from './json-scan.ts'

/** One member of an object; the ranges are indexes into the scanned bytes. */
export interface Member {
  /** Decoded: `"\u0073tream"` is `stream`. */
  readonly key: string
  /** The index of the key's opening quote. */
  readonly keyStart: number
  readonly valueStart: number
  /** The index after the value's last byte. */
  readonly valueEnd: number
}

interface ObjectLayout {
  /** The index after the opening brace. */
  readonly insertAt: number
  /** In the order of the text, including duplicates. */
  readonly members: readonly Member[]
}

function decodeKey(bytes: Buffer, keyStart: number, keyEnd: number): string {
  const raw = bytes.toString('utf8', keyStart + 1, keyEnd - 1)
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
}

/**
 * Yields the members of an object one by one, in the order of the text and including duplicates.
 * @param from - the index after the opening brace. @param end - the index after the closing one.
 */
export function* readMembers(bytes: Buffer, from: number, end: number): Generator<Member> {
  let at = skipSpace(bytes, from, end)
  while (at < end && bytes[at] === QUOTE) {
    const keyStart = at
    const keyEnd = endOfString(bytes, keyStart + 1, end)
    at = skipSpace(bytes, keyEnd, end)
    if (bytes[at] === COLON) at += 1
    const valueStart = skipSpace(bytes, at, end)
    const valueEnd = endOfValue(bytes, valueStart, end)
    yield { key: decodeKey(bytes, keyStart, keyEnd), keyStart, valueStart, valueEnd }
    at = skipSpace(bytes, valueEnd, end)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1, end)
  }
}

/**
 * Lists the members of the outermost object.
 * @param bytes - valid JSON between `start` and `end`; this is not checked.
 * @returns null where the value is not an object.
 */
export function listMembers(bytes: Buffer, start = 0, end = bytes.length): ObjectLayout | null {
  const brace = skipSpace(bytes, start, end)
  if (brace === end || bytes[brace] !== OPEN_BRACE) return null
  return { insertAt: brace + 1, members: [...readMembers(bytes, brace + 1, end)] }
}

/**
 * Finds the value of one member of the outermost object.
 * @param bytes - valid JSON between `start` and `end`; this is not checked.
 * @returns undefined where there is none. The last counts where there are several.
 */
export function findMember(
  bytes: Buffer,
  key: string,
  start = 0,
  end = bytes.length,
): { readonly start: number; readonly end: number } | undefined {
  const member = listMembers(bytes, start, end)?.members.findLast((one) => one.key === key)
  return member && { start: member.valueStart, end: member.valueEnd }
}
