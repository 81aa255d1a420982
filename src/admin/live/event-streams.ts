// Sends the state and live figures to operators' pages as server-sent events.
import type { SetTimer } from '../../core/timer.ts'
import { Readable } from 'node:stream'
import type { ByeReason, LiveView } from '../../contract/live.ts'
import type { Clock } from '../../core/clock.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { SharedState } from './shared-state.ts'

export interface EventStreams {
  /**
   * @param watchEnd - calls back when the reader's session has ended; returns a function that stops watching.
   * Throws LB_ERR_TOO_MANY_STREAMS and LB_ERR_DRAINING.
   */
  open(watchEnd: (onEnd: () => void) => () => void): Readable
  /** Called when the configuration, or anything else in the state, has changed. */
  stateChanged(): void
  /** Ends all streams with a `bye` event. */
  close(): void
}

interface EventStreamsOptions {
  readonly sharedState: SharedState
  readonly readLive: () => LiveView
  readonly clock: Clock
  /** @returns a function that cancels the timer. */
  readonly setTimer: SetTimer
}

interface Reader {
  readonly stream: Readable
  /** Whether it has got its first state. */
  isStarted: boolean
  /** Whether it missed a state event because it was behind. */
  needsState: boolean
  /** Since when it has read nothing although there was something. */
  behindSinceMs: number | undefined
  /** Bytes that it had not read at the last tick. */
  unread: number
}

const MAX_STREAMS = 100
const LIVE_MS = 500
const COALESCE_MS = 50
// Serialising a state of 100,000 client tokens is slow: at most a tenth of the time may be spent on it.
const PAUSE_PER_WORK = 9
const STALL_MS = 60_000
const BYE_TIMEOUT_MS = 1_000

const writeEvent = (name: string, data: object): Buffer =>
  Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)

const RETRY_FIELD = Buffer.from('retry: 1000\n\n')

// A reader with unread events gets no more: the next event after it catches up holds the complete state.
const isBehind = ({ stream }: Reader): boolean => stream.readableLength > 0

function sendBye(reader: Reader, reason: ByeReason, setTimer: EventStreamsOptions['setTimer']): void {
  const { stream } = reader
  if (isBehind(reader)) return void stream.destroy()
  stream.push(writeEvent('bye', { reason }))
  stream.push(null)
  const cancelCut = setTimer(() => stream.destroy(), BYE_TIMEOUT_MS)
  stream.once('close', cancelCut)
}

/** Cuts a reader that has taken nothing for a minute; one that reads slowly may take as long as it takes. */
function cutIfStalled(reader: Reader, nowMs: number): void {
  const { readableLength } = reader.stream
  if (readableLength < reader.unread) reader.behindSinceMs = undefined
  reader.unread = readableLength
  reader.behindSinceMs ??= nowMs
  if (nowMs - reader.behindSinceMs >= STALL_MS) reader.stream.destroy()
}

function createStateSender(readers: ReadonlySet<Reader>, sharedState: SharedState, liveEvent: () => Buffer) {
  const withState = async (reader: Reader, send: (slices: readonly Buffer[]) => void): Promise<void> => {
    try {
      const slices = await sharedState.read()
      if (readers.has(reader)) send(slices)
    } catch {
      // The page connects again.
      reader.stream.destroy()
    }
  }

  const begin = (reader: Reader): Promise<void> =>
    withState(reader, (slices) => {
      reader.isStarted = true
      for (const piece of [RETRY_FIELD, ...slices, liveEvent()]) reader.stream.push(piece)
    })

  /** A reader that is behind once the state is rendered gets it later. */
  const giveState = (reader: Reader): Promise<void> =>
    withState(reader, (slices) => {
      reader.needsState = isBehind(reader)
      if (!reader.needsState) for (const slice of slices) reader.stream.push(slice)
    })

  return { begin, giveState }
}

/** Runs two timers while there are readers, otherwise none. Each event is serialised once for all readers. */
export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { sharedState, readLive, clock, setTimer } = options
  const readers = new Set<Reader>()
  let cancelLive: (() => void) | undefined
  let cancelState: (() => void) | undefined
  let closed = false

  const liveEvent = (): Buffer => writeEvent('live', readLive())

  const { begin, giveState } = createStateSender(readers, sharedState, liveEvent)

  const sendState = (): void => {
    cancelState = undefined
    for (const reader of readers) {
      if (reader.isStarted && !isBehind(reader)) void giveState(reader)
      else reader.needsState = true
    }
  }

  const sendLive = (): void => {
    cancelLive = setTimer(sendLive, LIVE_MS)
    let live: Buffer | undefined
    for (const reader of readers) {
      if (!reader.isStarted) continue
      if (isBehind(reader)) {
        cutIfStalled(reader, clock())
        continue
      }
      reader.behindSinceMs = undefined
      if (reader.needsState) void giveState(reader)
      else reader.stream.push((live ??= liveEvent()))
    }
  }

  const forget = (reader: Reader): void => {
    readers.delete(reader)
    if (readers.size > 0) return
    cancelLive?.()
    cancelState?.()
    cancelLive = cancelState = undefined
  }

  const end = (reader: Reader, reason: ByeReason): void => {
    if (!readers.has(reader)) return
    forget(reader)
    sendBye(reader, reason, setTimer)
  }

  return {
    open(watchEnd) {
      if (closed) throw gatewayError('LB_ERR_DRAINING', 'The server is shutting down.', { retryAfterS: 1 })
      if (readers.size >= MAX_STREAMS) {
        throw gatewayError('LB_ERR_TOO_MANY_STREAMS', `There are ${MAX_STREAMS} streams of events already.`, {
          retryAfterS: 5,
        })
      }
      const stream = new Readable({ read: () => undefined })
      const reader: Reader = {
        stream,
        isStarted: false,
        needsState: false,
        behindSinceMs: undefined,
        unread: 0,
      }
      readers.add(reader)
      void begin(reader)
      cancelLive ??= setTimer(sendLive, LIVE_MS)
      const unwatch = watchEnd(() => end(reader, 'session_ended'))
      stream.once('close', () => {
        unwatch()
        forget(reader)
      })
      return stream
    },
    stateChanged() {
      if (readers.size > 0)
        cancelState ??= setTimer(sendState, Math.max(COALESCE_MS, PAUSE_PER_WORK * sharedState.costMs()))
    },
    close() {
      closed = true
      for (const reader of [...readers]) end(reader, 'shutting_down')
    },
  }
}
