// Finds the data of an SSE event of several lines, such as comments, an `event:` line or several data lines.

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const COLON = 0x3a
const lineFeed = Buffer.from([LF])

/** Whether a line that begins at `at` is a data field with a value. */
export const isDataLine = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0x64 &&
  bytes[at + 1] === 0x61 &&
  bytes[at + 2] === 0x74 &&
  bytes[at + 3] === 0x61 &&
  bytes[at + 4] === COLON

/** @returns the index after `data:` and the one space that may follow it. */
export const startOfData = (bytes: Buffer, at: number): number => (bytes[at + 5] === SPACE ? at + 6 : at + 5)

/** Skips a byte order mark, which may begin the stream and is not part of its first line. */
const skipMark = (bytes: Buffer, at: number): number =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at

function endOfLine(bytes: Buffer, at: number, end: number): number {
  while (at < end && bytes[at] !== LF && bytes[at] !== CR) at += 1
  return at
}

/**
 * @param bytes - one event between `start` and `end`, with or without its closing blank line.
 * @returns the data lines joined by LF, without a copy where there is only one; undefined where there is none.
 */
export function findEventData(bytes: Buffer, start: number, end: number): Buffer | undefined {
  let only: Buffer | undefined
  let several: Buffer[] | undefined
  for (let at = skipMark(bytes, start); at < end;) {
    const lineEnd = endOfLine(bytes, at, end)
    if (isDataLine(bytes, at)) {
      const data = bytes.subarray(Math.min(startOfData(bytes, at), lineEnd), lineEnd)
      if (only) (several ??= [only]).push(lineFeed, data)
      else only = data
    }
    at = lineEnd + 1
  }
  return several ? Buffer.concat(several) : only
}
