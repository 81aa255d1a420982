// Skips a string, white space or a complete value in JSON bytes.

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** Whether the byte is `{` or `[`, which differ in one bit. */
export const opens = (byte: number): boolean => (byte & 0xdf) === OPEN_BRACKET
/** Whether the byte is `}` or `]`. */
export const closes = (byte: number): boolean => (byte & 0xdf) === CLOSE_BRACKET

// Up to this length a loop is faster than a native search; beyond it the search is much faster.
const LOOP_BYTES = 48

/**
 * Finds the end of a string that may be long.
 * @param from - an index inside the string whose byte is not escaped.
 * @returns the index of the closing quote, or -1 where it is not closed before `end`.
 */
export function findClosingQuote(bytes: Buffer, from: number, end: number): number {
  let at = from
  for (;;) {
    const loopEnd = at + LOOP_BYTES < end ? at + LOOP_BYTES : end
    while (at < loopEnd) {
      const byte = bytes[at]
      if (byte === QUOTE) return at
      at += byte === BACKSLASH ? 2 : 1
    }
    if (at >= end) return -1
    const quote = bytes.indexOf(QUOTE, at)
    if (quote === -1 || quote >= end) return -1
    if (!endsInEscape(bytes, at, quote)) return quote
    at = quote + 1
  }
}

/** Whether the byte at `end` is escaped. @param from - an index inside the same string whose byte is not escaped. */
export function endsInEscape(bytes: Buffer, from: number, end: number): boolean {
  let run = end
  while (run > from && bytes[run - 1] === BACKSLASH) run -= 1
  return (end - run) % 2 === 1
}

/** @returns the index after the closing quote, or `end`; see findClosingQuote. */
export function endOfString(bytes: Buffer, from: number, end: number): number {
  const quote = findClosingQuote(bytes, from, end)
  return quote === -1 ? end : quote + 1
}

/** @returns the index of the first byte at or after `at` that is not white space; `end` at most. */
export function skipSpace(bytes: Buffer, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at += 1
  }
  return at
}

/**
 * @param at - the first byte of a value of any kind.
 * @returns the index after it, or `end` where it is not complete by then.
 */
export function endOfValue(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at] ?? 0
  if (first === QUOTE) return endOfString(bytes, at + 1, end)
  return opens(first) ? endOfNested(bytes, at, end) : endOfScalar(bytes, at, end)
}

function endOfNested(bytes: Buffer, at: number, end: number): number {
  let depth = 0
  while (at < end) {
    const byte = bytes[at] ?? 0
    at += 1
    if (byte === QUOTE) at = endOfString(bytes, at, end)
    else if (opens(byte)) depth += 1
    else if (closes(byte)) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return end
}

function endOfScalar(bytes: Buffer, at: number, end: number): number {
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte <= 0x20 || byte === COMMA || closes(byte)) return at
  }
  return end
}

/** Whether the bytes from `start` to `end` are the ASCII text `word`. */
export function isWord(bytes: Buffer, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[start + index] !== word.charCodeAt(index)) return false
  }
  return true
}
