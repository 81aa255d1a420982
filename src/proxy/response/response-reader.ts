// Reads an upstream's answer on its way to the client: the right tap for its format, or none.
import { noFacts, type ResponseFacts } from './response-facts.ts'
import type { ResponseHeaders } from '../../http/upstream-request.ts'
import { createJsonTap, type JsonTap } from '../json/json-tap.ts'
import type { StreamFormat } from '../sse/read-event.ts'
import { readResponseUsage } from './read-response-usage.ts'
import { createStreamTap } from './stream-tap.ts'

export interface ResponseReader {
  readonly isStream: boolean
  /** So far. */
  readonly facts: Readonly<ResponseFacts>
  /** @returns what to send to the client now, or null for nothing yet. */
  push(chunk: Buffer): Buffer | null
  /** The upstream has ended. @returns what was still held back. */
  end(): Buffer | null
  /** After `end`: whether something is missing that a whole answer has. */
  isCut(): boolean
  /** Whether what has been given out ends where an error event may follow. */
  isAtBoundary(): boolean
}

export interface ResponseReaderOptions {
  readonly status: number
  readonly headers: ResponseHeaders
  /** Whether usage was asked for on the client's behalf, so that the client must not see it. */
  readonly hideUsage: boolean
}

/** In which form a call's responses come. */
export interface ResponseFormat {
  readonly events: StreamFormat
  /** Whether a stream without `[DONE]` is incomplete. */
  readonly mustBeDone: boolean
}

const never = (): boolean => false

function createStreamReader({ events, mustBeDone }: ResponseFormat, hideUsage: boolean): ResponseReader {
  const { facts, push, end, isAtBoundary } = createStreamTap({ format: events, hideUsage })
  return { isStream: true, facts, push, end, isCut: () => mustBeDone && !facts.done, isAtBoundary }
}

/** Passes everything on at once and unread. */
const createOpaqueReader = (): ResponseReader => ({
  isStream: false,
  facts: noFacts(),
  push: (chunk) => chunk,
  end: () => null,
  isCut: never,
  isAtBoundary: never,
})

/**
 * Holds the newest chunk until the next, so that a short answer goes out whole and in one write.
 * @param length - as the upstream announced it; NaN where it did not.
 */
function createBodyReader(isRead: boolean, length: number): ResponseReader {
  const facts = noFacts()
  let tap: JsonTap | undefined
  let held: Buffer | null = null
  const read = (chunk: Buffer): void => {
    tap ??= createJsonTap()
    tap.push(chunk)
    facts.usage = tap.usage()
    facts.reportsError = tap.errorBody()
  }
  return {
    isStream: false,
    facts,
    push(chunk) {
      const ready = held
      // Most answers come whole, and are read at their end.
      if (isRead && ready !== null && tap === undefined) read(ready)
      if (tap !== undefined) read(chunk)
      held = chunk
      return ready
    },
    end() {
      const ready = held
      held = null
      if (isRead && ready !== null && tap === undefined) {
        if (ready.length === length) facts.usage = readResponseUsage(ready)
        if (facts.usage === undefined) read(ready)
      }
      return ready
    },
    // Where the connection's end is the body's end, nothing else tells a part from the whole.
    isCut: () => tap?.isInside() ?? false,
    isAtBoundary: never,
  }
}

export function createResponseReader(
  { status, headers, hideUsage }: ResponseReaderOptions,
  format: ResponseFormat,
): ResponseReader {
  const encoding = headers['content-encoding']
  const isPlain = encoding === undefined || encoding === 'identity'
  const isSuccess = status >= 200 && status < 300
  const type = headers['content-type']
  const isEvents = typeof type === 'string' && /^text\/event-stream\b/i.test(type)
  if (isEvents && isSuccess && isPlain) return createStreamReader(format, hideUsage)
  return isEvents
    ? createOpaqueReader()
    : createBodyReader(isSuccess && isPlain, Number(headers['content-length'] ?? NaN))
}
