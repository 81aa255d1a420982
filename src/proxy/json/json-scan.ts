// The steps that every scanner of JSON bytes here shares: over a string, over white space, over a whole value.

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** `{` or `[`: the two differ in this one bit. */
export const opens = (byte: number): boolean => (byte & 0xdf) === OPEN_BRACKET
/** `}` or `]`. */
export const closes = (byte: number): boolean => (byte & 0xdf) === CLOSE_BRACKET

// Below this a loop is faster than the call of a native search, beyond it the search is faster by far.
const LOOP_BYTES = 48

/**
 * Looks for the end of a string that may be long.
 * @param from - a place inside the string that no backslash before it escapes.
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

/** Whether what follows these bytes of a string, which begin unescaped, is escaped by the last of them. */
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

/** @returns the index of the first byte from `at` on that is no white space, `end` at most. */
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
