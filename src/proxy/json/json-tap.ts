// Reads an unstreamed JSON response while it is passed on, in constant memory and whatever its chunks.
import { COLON, COMMA, OPEN_BRACE, QUOTE, closes, endsInEscape, findClosingQuote } from './json-scan.ts'
import type { ReadUsage, Usage } from '../response/read-usage.ts'

export interface JsonTap {
  push(chunk: Buffer): void
  /** From the last `usage` member of the outermost object that is an object. */
  usage(): Usage | undefined
  /** Whether the response has an `error` object and no `choices`, `data`, `output` or `content`. */
  errorBody(): boolean
  /** The values of the searched members of the outermost object, so far; undefined for none. */
  ids(): readonly string[] | undefined
  /** Whether the outermost object has closed. */
  isComplete(): boolean
  /** Whether the outermost object has begun and not closed. */
  isInside(): boolean
}

interface Scan {
  phase: 'before' | 'inside' | 'after' | 'not an object'
  depth: number
  inString: boolean
  /** Whether the last chunk ended with the backslash of an escape. */
  isEscaped: boolean
  /** In the outermost object: whether the next string is a key, and the latest key. */
  expectsKey: boolean
  key: string
  usage: Usage | undefined
  ids: string[] | undefined
  hasError: boolean
  hasResult: boolean
}

// The first 16 bytes of a key suffice to tell that it is not one of the searched keys.
const MAX_KEY_BYTES = 16
const resultKeys: ReadonlySet<string> = new Set(['choices', 'data', 'output', 'content'])
const MAX_USAGE_BYTES = 65_536
const CLOSED = 0
const NO_KEYS: ReadonlySet<string> = new Set()

// The bytes at which a scan between strings stops, in the outermost object and in nested values.
const markBytes = (chars: string): Uint8Array => {
  const marks = new Uint8Array(256)
  for (const char of chars) marks[char.charCodeAt(0)] = 1
  return marks
}
const topStops = markBytes('"{}[]:,')
const innerStops = markBytes('"{}[]')

function skipToStop(chunk: Buffer, at: number, stops: Uint8Array): number {
  const end = chunk.length
  while (at < end && stops[chunk[at] as number] === 0) at += 1
  return at
}

/** Collects the bytes of one value over any number of chunks, up to a limit. */
function createCapture() {
  let pieces: Buffer[] | undefined
  let length = 0
  let from = -1
  const take = (chunk: Buffer, end: number): void => {
    length += end - from
    if (length > MAX_USAGE_BYTES) pieces = undefined
    else pieces?.push(Buffer.from(chunk.subarray(from, end)))
  }
  return {
    start(at: number): void {
      pieces = []
      length = 0
      from = at
    },
    chunkEnds(chunk: Buffer): void {
      if (!pieces) return
      take(chunk, chunk.length)
      from = 0
    },
    /** @returns the collected bytes; undefined where there are none or too many. */
    finish(chunk: Buffer, end: number): Buffer | undefined {
      if (!pieces) return undefined
      take(chunk, end)
      const captured = pieces && Buffer.concat(pieces)
      pieces = undefined
      return captured
    },
  }
}

type Capture = ReturnType<typeof createCapture>

/** Skips white space and a byte order mark. @returns the index after the opening brace. */
function begin(scan: Scan, chunk: Buffer): number {
  for (let at = 0; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0
    if (byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue
    scan.phase = byte === OPEN_BRACE ? 'inside' : 'not an object'
    scan.depth = 1
    scan.expectsKey = true
    return at + 1
  }
  return chunk.length
}

/** @param text - the string with its quotes; undefined where it is none that is searched. */
function readId(scan: Scan, text: Buffer | undefined): void {
  if (text === undefined) return
  try {
    ;(scan.ids ??= []).push(JSON.parse(text.toString('utf8')) as string)
  } catch {
    // Not JSON: the client will find that too.
  }
}

/** Scans the rest of a string. @returns the index after it, or after the chunk. */
function readString(scan: Scan, capture: Capture, chunk: Buffer, at: number): number {
  const from = scan.isEscaped ? at + 1 : at
  const quote = findClosingQuote(chunk, from, chunk.length)
  const end = quote === -1 ? chunk.length : quote
  if (scan.depth === 1 && scan.expectsKey && scan.key.length < MAX_KEY_BYTES) {
    scan.key += chunk.toString('latin1', at, Math.min(end, at + MAX_KEY_BYTES))
  }
  scan.inString = quote === -1
  scan.isEscaped = scan.inString && endsInEscape(chunk, from, end)
  if (!scan.inString && scan.depth === 1 && !scan.expectsKey) readId(scan, capture.finish(chunk, end + 1))
  return scan.inString ? end : end + 1
}

/** Called where an object or array begins as the value of a member of the outermost object. */
function openMember(scan: Scan, capture: Capture, chunk: Buffer, at: number): void {
  const isObject = chunk[at] === OPEN_BRACE
  if (scan.key === 'usage' && isObject) capture.start(at)
  else if (scan.key === 'error' && isObject) scan.hasError = true
  else if (resultKeys.has(scan.key)) scan.hasResult = true
}

function close(scan: Scan, capture: Capture, chunk: Buffer, at: number, readUsage: ReadUsage): void {
  scan.depth -= 1
  if (scan.depth === CLOSED) scan.phase = 'after'
  else if (scan.depth === 1) {
    const captured = capture.finish(chunk, at + 1)
    if (captured) scan.usage = readUsage(captured, 0, captured.length) ?? scan.usage
  }
}

/** Processes one structural byte. */
function step(scan: Scan, capture: Capture, chunk: Buffer, at: number, options: TapOptions): void {
  const byte = chunk[at] ?? 0
  if (byte === QUOTE) {
    scan.inString = true
    if (scan.depth !== 1) return
    if (scan.expectsKey) scan.key = ''
    else if (options.idKeys.has(scan.key)) capture.start(at)
  } else if (byte === COLON) scan.expectsKey = false
  else if (byte === COMMA) scan.expectsKey = true
  else if (closes(byte)) close(scan, capture, chunk, at, options.readUsage)
  else {
    if (scan.depth === 1) openMember(scan, capture, chunk, at)
    scan.depth += 1
  }
}

interface TapOptions {
  readonly readUsage: ReadUsage
  readonly idKeys: ReadonlySet<string>
}

/**
 * @param readUsage - of the response's form.
 * @param idKeys - the members of the outermost object whose strings are returned; of at most 16 bytes.
 */
export function createJsonTap(readUsage: ReadUsage, idKeys = NO_KEYS): JsonTap {
  const options = { readUsage, idKeys }
  const capture = createCapture()
  const scan: Scan = {
    phase: 'before',
    depth: 0,
    inString: false,
    isEscaped: false,
    expectsKey: false,
    key: '',
    usage: undefined,
    ids: undefined,
    hasError: false,
    hasResult: false,
  }
  return {
    push(chunk) {
      let at = scan.phase === 'before' ? begin(scan, chunk) : 0
      while (at < chunk.length && scan.phase === 'inside') {
        if (scan.inString) {
          at = readString(scan, capture, chunk, at)
          continue
        }
        at = skipToStop(chunk, at, scan.depth === 1 ? topStops : innerStops)
        if (at < chunk.length) step(scan, capture, chunk, at++, options)
      }
      capture.chunkEnds(chunk)
    },
    usage: () => scan.usage,
    ids: () => scan.ids,
    errorBody: () => scan.hasError && !scan.hasResult,
    isComplete: () => scan.phase === 'after',
    isInside: () => scan.phase === 'inside',
  }
}
