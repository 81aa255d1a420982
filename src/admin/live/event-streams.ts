// Sends the state and live figures to operators' pages as server-sent events.
import type { SetTimer } from '../../core/timer.ts'
import { Readable } from 'node:stream'
import type { StateView } from '../../contract/gateway.ts'
import type { ByeReason, LiveView } from '../../contract/live.ts'
import type { Clock } from '../../core/clock.ts'
import { gatewayError } from '../../core/gateway-error.ts'

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
  readonly readState: () => StateView
  readonly readLive: () => LiveView
  readonly clock: Clock
  /** @returns a function that cancels the timer. */
  readonly setTimer: SetTimer
}

interface Reader {
  readonly stream: Readable
  /** Whether it missed a state event because it was behind. */
  needsState: boolean
  behindSinceMs: number | undefined
}

const MAX_STREAMS = 100
const LIVE_MS = 500
const COALESCE_MS = 50
// Serialising a state of 100,000 client tokens is slow: at most a tenth of the time may be spent on it.
const PAUSE_PER_WORK = 9
const STALL_MS = 60_000
const BYE_TIMEOUT_MS = 1_000

/** @param lines - additional fields, each ending with a line feed. */
const writeEvent = (name: string, data: object, lines = ''): Buffer =>
  Buffer.from(`event: ${name}\n${lines}data: ${JSON.stringify(data)}\n\n`)

const writeState = (state: StateView): Buffer => writeEvent('state', state, `id: ${state.etag}\n`)

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

/** Runs two timers while there are readers, otherwise none. Each event is serialised once for all readers. */
export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { readState, readLive, clock, setTimer } = options
  const readers = new Set<Reader>()
  let cancelLive: (() => void) | undefined
  let cancelState: (() => void) | undefined
  let stateCostMs = 0
  let closed = false

  const liveEvent = (): Buffer => writeEvent('live', readLive())
  const stateEvent = (): Buffer => {
    const startMs = clock()
    const event = writeState(readState())
    stateCostMs = clock() - startMs
    return event
  }

  const sendState = (): void => {
    cancelState = undefined
    let event: Buffer | undefined
    for (const reader of readers) {
      reader.needsState = isBehind(reader)
      if (!reader.needsState) reader.stream.push((event ??= stateEvent()))
    }
  }

  const sendLive = (): void => {
    cancelLive = setTimer(sendLive, LIVE_MS)
    let state: Buffer | undefined
    let live: Buffer | undefined
    for (const reader of readers) {
      if (!isBehind(reader)) {
        reader.behindSinceMs = undefined
        if (reader.needsState) reader.stream.push((state ??= stateEvent()))
        reader.needsState = false
        reader.stream.push((live ??= liveEvent()))
        continue
      }
      reader.behindSinceMs ??= clock()
      if (clock() - reader.behindSinceMs >= STALL_MS) reader.stream.destroy()
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
      const reader: Reader = { stream, needsState: false, behindSinceMs: undefined }
      stream.push(Buffer.concat([RETRY_FIELD, stateEvent(), liveEvent()]))
      readers.add(reader)
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
        cancelState ??= setTimer(sendState, Math.max(COALESCE_MS, PAUSE_PER_WORK * stateCostMs))
    },
    close() {
      closed = true
      for (const reader of [...readers]) end(reader, 'shutting_down')
    },
  }
}
