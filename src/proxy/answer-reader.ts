// Reads an upstream's answer on its way to the client: the right tap for its format, or none.
import type { AnswerHeaders } from './attempt.ts'
import { createJsonTap } from './json-tap.ts'
import type { ApiKind } from './prepare-body.ts'
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

/** @param holdsLast - keeps the newest chunk until the next, so that a short answer goes out whole and in one write. */
function createBodyReader(isRead: boolean, holdsLast: boolean): AnswerReader {
  const tap = isRead ? createJsonTap() : undefined
  let held: Buffer | null = null
  return {
    isStream: false,
    push(chunk) {
      tap?.push(chunk)
      if (!holdsLast) return chunk
      const ready = held
      held = chunk
      return ready
    },
    end() {
      const ready = held
      held = null
      return ready
    },
    get usage() {
      return tap?.usage
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
  return createBodyReader(isSuccess && isPlain, !isEvents)
}
