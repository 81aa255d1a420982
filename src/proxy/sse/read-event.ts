// Reads the facts that the balancer needs from one SSE event, in one pass over its bytes and without parsing it.
import type { ResponseFacts } from '../response/response-facts.ts'
import {
  CLOSE_BRACKET,
  COLON,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  closes,
  endOfString,
  endOfValue,
  isWord,
  opens,
  skipSpace,
} from '../json/json-scan.ts'
import { readMessagesUsage } from '../response/read-messages-usage.ts'
import { readUsage } from '../response/read-usage.ts'

/** Chunks with `choices`, and the typed events of OpenAI's Responses and of Anthropic's Messages. */
export type StreamFormat = 'chunks' | 'responses' | 'messages'

/** What the balancer may do with an event: leave it out, where it holds nothing but usage, or add to it, where it ends a choice. */
export type EventRole = 'usage' | 'finish' | undefined

type Key =
  | 'choices'
  | 'usage'
  | 'error'
  | 'type'
  | 'delta'
  | 'response'
  | 'message'
  | 'text'
  | 'finish'
  | 'sequence'
  | 'id'
  | undefined

/** @returns the key where it is one of interest; `text` for every key of output text inside a choice or a delta. */
function recognise(bytes: Buffer, start: number, end: number): Key {
  switch (end - start) {
    case 2:
      return isWord(bytes, start, end, 'id') ? 'id' : undefined
    case 4:
      return isWord(bytes, start, end, 'type')
        ? 'type'
        : isWord(bytes, start, end, 'text')
          ? 'text'
          : undefined
    case 5:
      if (isWord(bytes, start, end, 'usage')) return 'usage'
      if (isWord(bytes, start, end, 'error')) return 'error'
      return isWord(bytes, start, end, 'delta') ? 'delta' : undefined
    case 7:
      if (isWord(bytes, start, end, 'choices')) return 'choices'
      if (isWord(bytes, start, end, 'message')) return 'message'
      return isWord(bytes, start, end, 'content') || isWord(bytes, start, end, 'refusal') ? 'text' : undefined
    case 8:
      if (isWord(bytes, start, end, 'response')) return 'response'
      return isWord(bytes, start, end, 'thinking') ? 'text' : undefined
    case 9:
      return isWord(bytes, start, end, 'arguments') || isWord(bytes, start, end, 'reasoning')
        ? 'text'
        : undefined
    case 12:
      return isWord(bytes, start, end, 'partial_json') ? 'text' : undefined
    case 13:
      return isWord(bytes, start, end, 'finish_reason') ? 'finish' : undefined
    case 15:
      return isWord(bytes, start, end, 'sequence_number') ? 'sequence' : undefined
    case 17:
      return isWord(bytes, start, end, 'reasoning_content') ? 'text' : undefined
    default:
      return undefined
  }
}

interface Scan {
  readonly format: StreamFormat
  readonly facts: ResponseFacts
  /** The latest key of the outermost object. */
  under: Key
  hasText: boolean
  /** Whether a choice has a finish_reason. */
  isFinish: boolean
  hasNoChoices: boolean
  hasUsage: boolean
  /** The index of the last usage object, or -1. */
  usageAt: number
}

const isFilledString = (bytes: Buffer, at: number): boolean => bytes[at] === QUOTE && bytes[at + 1] !== QUOTE

/**
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
function readType(bytes: Buffer, at: number, end: number, { format, facts }: Scan): void {
  if (bytes[at] !== QUOTE) return
  const close = endOfString(bytes, at + 1, end) - 1
  const is = (type: string): boolean => isWord(bytes, at + 1, close, type)
  if (is('error')) facts.reportsError = facts.done = true
  else if (format === 'messages') facts.done ||= is('message_stop')
  else if (is('response.failed')) facts.reportsError = facts.done = true
  else if (is('response.completed') || is('response.incomplete')) facts.done = true
}

/** Of the response that a stream of responses describes in its first event. */
function readId(bytes: Buffer, at: number, end: number, facts: ResponseFacts): void {
  if (facts.objectIds !== undefined || bytes[at] !== QUOTE) return
  facts.objectIds = [bytes.toString('utf8', at + 1, endOfString(bytes, at + 1, end) - 1)]
}

function readSequenceNumber(bytes: Buffer, at: number, end: number, facts: ResponseFacts): void {
  const value = Number(bytes.toString('latin1', at, endOfValue(bytes, at, end)))
  if (Number.isSafeInteger(value)) facts.nextSequenceNumber = value + 1
}

/** Reads a member of the outermost object, whose value begins at `at`. */
function readMember(key: Key, bytes: Buffer, at: number, end: number, scan: Scan): void {
  const { format, facts } = scan
  scan.under = key
  const isObject = bytes[at] === OPEN_BRACE
  if (key === 'error') {
    if (isObject) facts.reportsError = true
  } else if (key === 'usage') {
    scan.hasUsage = isObject
    if (isObject) scan.usageAt = at
  } else if (format !== 'chunks') {
    if (key === 'type') readType(bytes, at, end, scan)
    else if (key === 'delta') scan.hasText = isFilledString(bytes, at)
    else if (key === 'sequence') readSequenceNumber(bytes, at, end, facts)
  } else if (key === 'choices') {
    const isArray = bytes[at] === OPEN_BRACKET
    scan.hasNoChoices = isArray && bytes[skipSpace(bytes, at + 1, end)] === CLOSE_BRACKET
  }
}

/** Reads a member of a nested object. */
function readInner(key: Key, depth: number, bytes: Buffer, at: number, end: number, scan: Scan): void {
  if (scan.under === 'choices') {
    if (key === 'text' && !scan.hasText) scan.hasText = isFilledString(bytes, at)
    else if (key === 'finish') scan.isFinish ||= isFilledString(bytes, at)
  } else if (scan.format === 'chunks' || depth !== 2) return
  else if (scan.under === 'delta') {
    if (key === 'text' && !scan.hasText) scan.hasText = isFilledString(bytes, at)
  } else if (key === 'usage' && (scan.under === 'response' || scan.under === 'message')) {
    if (bytes[at] === OPEN_BRACE) scan.usageAt = at
  } else if (key === 'id' && scan.under === 'response') readId(bytes, at, end, scan.facts)
}

/** Scans one JSON object. @returns whether it is complete by `end`. */
function scanObject(bytes: Buffer, start: number, end: number, scan: Scan): boolean {
  let depth = 0
  let at = start
  while (at < end) {
    const byte = bytes[at] ?? 0
    at += 1
    if (byte === QUOTE) {
      const keyStart = at
      const keyEnd = endOfString(bytes, at, end) - 1
      at = keyEnd + 1
      if (bytes[at] !== COLON) at = skipSpace(bytes, at, end)
      if (bytes[at] !== COLON) continue
      const key = recognise(bytes, keyStart, keyEnd)
      at = skipSpace(bytes, at + 1, end)
      if (depth === 1) readMember(key, bytes, at, end, scan)
      else if (key !== undefined) readInner(key, depth, bytes, at, end, scan)
    } else if (opens(byte)) depth += 1
    else if (closes(byte)) {
      depth -= 1
      if (depth === 0) return true
    }
  }
  return false
}

/**
 * Adds the facts of one event to `facts`.
 * @param bytes - the data between `start` and `end`; need not be well-formed.
 * @returns `usage` where `choices` is an empty array and `usage` an object; `finish` where a choice has a finish_reason.
 */
export function readEventData(
  bytes: Buffer,
  start: number,
  end: number,
  format: StreamFormat,
  facts: ResponseFacts,
): EventRole {
  const at = skipSpace(bytes, start, end)
  if (bytes[at] !== OPEN_BRACE) {
    // vLLM sends it after messages too, whose end is `message_stop`.
    if (format !== 'messages' && isWord(bytes, at, Math.min(at + 6, end), '[DONE]')) facts.done = true
    return undefined
  }
  const scan: Scan = {
    format,
    facts,
    under: undefined,
    hasText: false,
    isFinish: false,
    hasNoChoices: false,
    hasUsage: false,
    usageAt: -1,
  }
  const isComplete = scanObject(bytes, at, end, scan)
  if (scan.hasText) facts.deltas += 1
  if (scan.usageAt !== -1) {
    const usageEnd = endOfValue(bytes, scan.usageAt, end)
    facts.usage =
      format === 'messages'
        ? readMessagesUsage(bytes, scan.usageAt, usageEnd, facts.usage, !scan.hasUsage)
        : (readUsage(bytes, scan.usageAt, usageEnd) ?? facts.usage)
  }
  if (!isComplete) return undefined
  return scan.hasNoChoices && scan.hasUsage ? 'usage' : scan.isFinish ? 'finish' : undefined
}
