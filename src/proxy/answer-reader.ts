// Reads an upstream's answer on its way to the client: the right tap for its format, or none.
import type { AnswerHeaders } from './attempt.ts'
import { createJsonTap, type JsonTap } from './json-tap.ts'
import type { ApiKind } from './prepare-body.ts'
import { readAnswerUsage } from './read-answer.ts'
import type { Usage } from './read-usage.ts'
import { createStreamTap } from './stream-tap.ts'

export interface AnswerReader {
  readonly isStream: boolean
  /** @returns what to send to the client now, or null for nothing yet. */
  push(chunk: Buffer): Buffer | null
  /** The upstream has ended. @returns what was still held back. */
  end(): Buffer | null
  readonly usage: Usage | undefined
  /** Pieces of output seen. */
  readonly deltas: number
  /** The answer has said that it is complete; what follows changes nothing. */
  readonly done: boolean
  /** The answer tells of an error although its status does not. */
  readonly tellsError: boolean
  /** After `end`: whether something is missing that a whole answer has. */
  readonly isCut: boolean
  /** Whether what has been given out ends where an error event may follow. */
  readonly atBoundary: boolean
}

interface AnswerReaderOptions {
  readonly kind: ApiKind
  readonly status: number
  readonly headers: AnswerHeaders
  /** Whether usage was asked for on the client's behalf, so that the client must not see it. */
  readonly hideUsage: boolean
}

function createStreamReader(kind: ApiKind, hideUsage: boolean): AnswerReader {
  const tap = createStreamTap({ kind, hideUsage })
  // Only chat and completions are known to end in [DONE] everywhere.
  const mustBeDone = kind === 'chat' || kind === 'completions'
  return {
    isStream: true,
    push: tap.push,
    end: tap.end,
    get usage() {
      return tap.usage
    },
    get deltas() {
      return tap.deltas
    },
    get done() {
      return tap.done
    },
    get tellsError() {
      return tap.errorEvent
    },
    get isCut() {
      return mustBeDone && !tap.done
    },
    get atBoundary() {
      return tap.atBoundary
    },
  }
}

/** Passes everything on at once and unread. */
const createOpaqueReader = (): AnswerReader => ({
  isStream: false,
  push: (chunk) => chunk,
  end: () => null,
  usage: undefined,
  deltas: 0,
  done: false,
  tellsError: false,
  isCut: false,
  atBoundary: false,
})

/**
 * Holds the newest chunk until the next, so that a short answer goes out whole and in one write.
 * @param length - as the upstream announced it; NaN where it did not.
 */
function createBodyReader(isRead: boolean, length: number): AnswerReader {
  let tap: JsonTap | undefined
  let usage: Usage | undefined
  let held: Buffer | null = null
  const read = (chunk: Buffer): void => {
    tap ??= createJsonTap()
    tap.push(chunk)
  }
  return {
    isStream: false,
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
        if (ready.length === length) usage = readAnswerUsage(ready)
        if (usage === undefined) read(ready)
      }
      return ready
    },
    get usage() {
      return tap === undefined ? usage : tap.usage
    },
    deltas: 0,
    done: false,
    get tellsError() {
      return tap?.errorBody ?? false
    },
    // Where the connection's end is the body's end, nothing else tells a part from the whole.
    get isCut() {
      return tap?.inside ?? false
    },
    atBoundary: false,
  }
}

export function createAnswerReader({ kind, status, headers, hideUsage }: AnswerReaderOptions): AnswerReader {
  const encoding = headers['content-encoding']
  const isPlain = encoding === undefined || encoding === 'identity'
  const isSuccess = status >= 200 && status < 300
  const type = headers['content-type']
  const isEvents = typeof type === 'string' && /^text\/event-stream\b/i.test(type)
  if (isEvents && isSuccess && isPlain) return createStreamReader(kind, hideUsage)
  return isEvents
    ? createOpaqueReader()
    : createBodyReader(isSuccess && isPlain, Number(headers['content-length'] ?? NaN))
}
