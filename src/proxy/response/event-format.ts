// The formats whose streams are server-sent events, and whose other responses are JSON with a member `usage`.
import { createJsonTap } from '../json/json-tap.ts'
import type { StreamFormat } from '../sse/read-event.ts'
import { readResponseUsage } from './read-response-usage.ts'
import type { ReadUsage } from './read-usage.ts'
import type { ResponseFormat } from './response-reader.ts'
import { createStreamTap } from './stream-tap.ts'

interface EventFormatOptions {
  readonly events: StreamFormat
  /** Whether a stream that does not report its own end is incomplete. */
  readonly mustBeDone: boolean
  /** Of an unstreamed response. */
  readonly readUsage: ReadUsage
  /** The members of an unstreamed response that hold the ids of objects which the backend keeps; none by default. */
  readonly idKeys?: ReadonlySet<string>
}

export const eventFormat = ({
  events,
  mustBeDone,
  readUsage,
  idKeys,
}: EventFormatOptions): ResponseFormat => ({
  streamType: /^text\/event-stream\b/i,
  createStreamReader(hideUsage) {
    const { facts, push, end, isAtBoundary } = createStreamTap({ format: events, hideUsage })
    return { isStream: true, facts, push, end, isCut: () => mustBeDone && !facts.done, isAtBoundary }
  },
  createBodyTap: () => createJsonTap(readUsage, idKeys),
  // The ids may stand anywhere.
  ...(idKeys ? {} : { readWholeUsage: (bytes: Buffer) => readResponseUsage(bytes, readUsage) }),
})
