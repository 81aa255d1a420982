// Sends a streamed response at the configured pace, altered by the request's fault if any.
import { constants, createGzip } from 'node:zlib'
import type { Writable } from 'node:stream'
import { isOllama } from '../formats/api-error.ts'
import { streamTypeOf, type EventStream } from '../formats/format.ts'
import type { GeneratedText } from '../formats/generated-text.ts'
import { drip } from './drip.ts'
import { breakConnection, type RequestContext } from './request-context.ts'
import type { RequestFault } from '../faults/fault.ts'
import type { Settings } from '../settings.ts'
import type { Timer } from '../timer.ts'

export interface Pace {
  readonly ttftMs: number
  /** Tokens per second; 0: as fast as the client reads. */
  readonly tokensPerSecond: number
}

/** Milliseconds from the start of a run to its token at `index`. */
export const dueMs = ({ ttftMs, tokensPerSecond }: Pace, index: number): number =>
  ttftMs + (tokensPerSecond === 0 ? 0 : (index * 1000) / tokensPerSecond)

/**
 * Writes the head. vLLM sends it before the first token, so that it is flushed if the wait may be long; other engines send it
 * with the first token.
 */
export function writeStreamHead(context: RequestContext, settings: Settings): void {
  const { response, headers, fault, path } = context
  if (fault?.kind === 'gzip') response.setHeader('content-encoding', 'gzip')
  response.writeHead(200, { ...headers, 'content-type': streamTypeOf(path) })
  if (!settings.headersWithFirstToken) context.flushHead = () => response.flushHeaders()
  const { socket } = response
  if (settings.closesAfterStream) response.once('finish', () => socket?.destroySoon())
}

interface Timers {
  readonly timer: Timer
  /** For the tokens of the batch that decodes. */
  readonly decodeTimer: Timer
}

interface EventSequence {
  /** Index of the token that the event is sent with. */
  token(index: number): number
  isToken(index: number): boolean
  /** Called in order, since some formats number their events. */
  text(index: number): string
  isLast(index: number): boolean
}

function createEventSequence(events: EventStream, generated: GeneratedText): EventSequence {
  const pieceStart = events.opening.length
  const pieceEnd = pieceStart + generated.length
  let closing: readonly string[] | undefined
  const closingEvents = (): readonly string[] => (closing ??= events.closing())
  return {
    token: (index) => Math.min(Math.max(index - pieceStart, 0), generated.length - 1),
    isToken: (index) => index >= pieceStart && index < pieceEnd,
    text(index) {
      if (index < pieceStart) return events.opening[index] ?? ''
      if (index < pieceEnd) return events.piece(generated.jsonPiece(index - pieceStart))
      return closingEvents()[index - pieceEnd] ?? ''
    },
    isLast: (index) => index >= pieceEnd && index - pieceEnd === closingEvents().length - 1,
  }
}

function wholeText(sequence: EventSequence): string {
  let text = ''
  for (let index = 0; ; index += 1) {
    text += sequence.text(index)
    if (sequence.isLast(index)) return text
  }
}

const ROCKET = '🚀'

function partOfChunk(cut: 'chunk' | 'character', events: EventStream): Buffer {
  const bytes = Buffer.from(events.piece(JSON.stringify(ROCKET)))
  const letter = bytes.indexOf(ROCKET)
  return bytes.subarray(0, cut === 'character' ? letter + 2 : letter)
}

function openSink({ response, fault }: RequestContext): Writable {
  if (fault?.kind !== 'gzip') return response
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
  gzip.pipe(response)
  response.once('close', () => gzip.destroy())
  return gzip
}

/** Number of events after which a fault stops the stream; undefined if none does. The last event is then never sent. */
const stopsAfter = (fault: RequestFault | undefined): number | undefined =>
  fault?.kind === 'die' || fault?.kind === 'hang' ? fault.afterChunks : undefined

const COMMENT = ':\n\n'

/** Milliseconds of silence after which a comment follows; Infinity for none. */
const commentsAfterMs = ({ path }: RequestContext, { commentEveryMs }: Settings): number =>
  commentEveryMs === 0 || isOllama(path) ? Infinity : commentEveryMs

/** Sends each event when it is due and the connection is writable. */
function streamEvents(
  context: RequestContext,
  events: EventStream,
  sequence: EventSequence,
  settings: Settings,
  { timer, decodeTimer }: Timers,
): void {
  const { response, fault } = context
  const commentMs = commentsAfterMs(context, settings)
  const sink = openSink(context)
  const stop = stopsAfter(fault)
  const startMs = decodeTimer.nowMs()
  let index = 0
  let cancel = (): void => undefined

  const finish = (): void => {
    if (stop === undefined) {
      context.isBroken ||= fault?.kind === 'no-done'
      sink.end(fault?.kind === 'no-done' ? undefined : sequence.text(index))
    } else if (fault?.kind === 'die') {
      if (fault.cut === 'boundary') response.flushHeaders()
      else response.write(partOfChunk(fault.cut, events))
      breakConnection(context)
    }
  }
  const wait = (waitMs: number): void => {
    // The head of a stream goes with its first token where the engine does so.
    const mayComment = index > 0 || !settings.headersWithFirstToken
    if (!mayComment || waitMs <= commentMs) {
      cancel = decodeTimer.after(waitMs, advance)
      return
    }
    cancel = timer.after(commentMs, () => {
      sink.write(COMMENT)
      advance()
    })
  }
  const advance = (): void => {
    if (response.destroyed) return
    for (;;) {
      const waitMs = startMs + dueMs(settings, sequence.token(index)) - decodeTimer.nowMs()
      if (waitMs > 0) {
        wait(waitMs)
        return
      }
      if (index === stop || sequence.isLast(index)) {
        finish()
        return
      }
      const takesMore = sink.write(sequence.text(index))
      if (sequence.isToken(index)) context.sentTokens += 1
      index += 1
      if (!takesMore) {
        sink.once('drain', advance)
        return
      }
    }
  }
  response.once('close', () => cancel())
  advance()
}

/** Starts the events; requires an earlier call of openEvents. */
export function sendEvents(
  context: RequestContext,
  events: EventStream,
  generated: GeneratedText,
  settings: Settings,
  timers: Timers,
): void {
  const { response, fault } = context
  const sequence = createEventSequence(events, generated)
  if (dueMs(settings, 0) > 0) context.flushHead()
  if (fault?.kind === 'slow-drip') {
    context.sentTokens = generated.length
    drip(context, Buffer.from(wholeText(sequence)), fault.bytesPerSecond, timers.timer)
  } else if (fault?.kind === 'malformed') {
    context.isBroken = true
    response.write(sequence.text(0))
    response.end(
      Buffer.from('data: {"choices":[{"delta":{"content":"\x00\xff\xfe\n\nno: field\n\n', 'latin1'),
    )
  } else {
    streamEvents(context, events, sequence, settings, timers)
  }
}
