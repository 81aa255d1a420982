// Sends the state and live figures to operators' pages as server-sent events.
import type { Readable } from 'node:stream'
import type { StateChange } from '../../contract/gateway.ts'
import type { ByeReason, LiveView } from '../../contract/traffic/live.ts'
import type { Clock } from '../../core/clock.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { SetTimer } from '../../core/timer.ts'
import {
  createEventReader,
  cutIfStalled,
  isBehind,
  sendBye,
  writeEvent,
  type EventReader,
} from './event-reader.ts'
import { createLiveChanges } from './live-changes.ts'
import type { Busy } from './live-view.ts'
import type { SharedState } from './shared-state.ts'

interface OpenOptions {
  /** Whether what has changed is sent instead of the whole, for as long as the reader keeps up. */
  readonly takesChanges: boolean
  /** Calls back when the reader's session has ended; returns a function that stops watching. */
  readonly watchEnd: (onEnd: () => void) => () => void
}

export interface EventStreams {
  /** Throws LB_ERR_TOO_MANY_STREAMS and LB_ERR_DRAINING. */
  open(options: OpenOptions): Readable
  /** Called when the configuration, or anything else in the state, has changed. */
  stateChanged(): void
  /** Ends all streams with a `bye` event. */
  close(): void
}

interface EventStreamsOptions<Version> {
  readonly sharedState: SharedState<Version>
  readonly readVersion: () => Version
  /** @returns undefined where the whole state is to be sent instead. */
  readonly readChange: (before: Version, after: Version) => StateChange | undefined
  /** @param also - what is to be included although it may have no traffic. */
  readonly readLive: (also?: Busy) => LiveView
  readonly clock: Clock
  /** @returns a function that cancels the timer. */
  readonly setTimer: SetTimer
}

const MAX_STREAMS = 100
const LIVE_MS = 500
const COALESCE_MS = 50
// Serialising a state of 100,000 client tokens is slow: at most a tenth of the time may be spent on it.
const PAUSE_PER_WORK = 9
const RETRY_FIELD = Buffer.from('retry: 1000\n\n')

/** Sends states. What several readers get is serialised once. */
function createStateSender<Version extends object>(
  { sharedState, readVersion, readChange, readLive }: EventStreamsOptions<Version>,
  readers: ReadonlySet<EventReader<Version>>,
) {
  const writeWhole = (reader: EventReader<Version>, version: Version, slices: readonly Buffer[]): void => {
    const isFirst = reader.version === undefined
    reader.version = version
    reader.needsState = version !== readVersion()
    if (isFirst) reader.send(RETRY_FIELD, ...slices, writeEvent('live', readLive()))
    else reader.send(...slices)
  }

  /** A reader that is behind once the state is rendered gets it later. */
  const sendWhole = async (reader: EventReader<Version>): Promise<void> => {
    reader.needsState = true
    if (reader.isRendering) return
    reader.isRendering = true
    try {
      const { version, slices } = await sharedState.read()
      if (readers.has(reader) && !isBehind(reader)) writeWhole(reader, version, slices)
    } catch {
      // The page connects again.
      reader.stream.destroy()
    } finally {
      reader.isRendering = false
    }
  }

  const sendToAll = (): void => {
    const after = readVersion()
    const changes = new Map<Version, Buffer | undefined>()
    const changeSince = (before: Version): Buffer | undefined => {
      if (!changes.has(before)) {
        const change = readChange(before, after)
        changes.set(before, change && writeEvent('state-change', change))
      }
      return changes.get(before)
    }
    for (const reader of readers) {
      const { version, isRendering, needsState, takesChanges } = reader
      if (isBehind(reader) || version === undefined) {
        reader.needsState = true
        continue
      }
      const change = takesChanges && !isRendering && !needsState ? changeSince(version) : undefined
      if (change === undefined) {
        void sendWhole(reader)
        continue
      }
      reader.send(change)
      reader.version = after
    }
  }

  return { sendWhole, sendToAll }
}

/** Runs two timers while there are readers, otherwise none. */
export function createEventStreams<Version extends object>(
  options: EventStreamsOptions<Version>,
): EventStreams {
  const { sharedState, readLive, clock, setTimer } = options
  const readers = new Set<EventReader<Version>>()
  const liveChanges = createLiveChanges(readLive)
  let cancelLive: (() => void) | undefined
  let cancelState: (() => void) | undefined
  let closed = false

  const { sendWhole, sendToAll } = createStateSender(options, readers)

  const sendState = (): void => {
    cancelState = undefined
    sendToAll()
  }

  const sendLive = (): void => {
    cancelLive = setTimer(sendLive, LIVE_MS)
    let whole: Buffer | undefined
    // Read at every tick while a reader takes them, since they are those since the tick before.
    const areRead = [...readers].some(({ takesChanges }) => takesChanges)
    const changed = areRead ? writeEvent('live-change', liveChanges.next()) : undefined
    for (const reader of readers) {
      if (reader.version === undefined) continue
      if (isBehind(reader)) {
        reader.needsLive = true
        cutIfStalled(reader, clock())
        continue
      }
      reader.behindSinceMs = undefined
      if (reader.needsState) {
        reader.needsLive = true
        void sendWhole(reader)
      } else if (reader.takesChanges && !reader.needsLive && changed !== undefined) reader.send(changed)
      else {
        reader.send((whole ??= writeEvent('live', readLive())))
        reader.needsLive = false
      }
    }
  }

  const forget = (reader: EventReader<Version>): void => {
    readers.delete(reader)
    if (readers.size > 0) return
    cancelLive?.()
    cancelState?.()
    cancelLive = cancelState = undefined
    liveChanges.reset()
  }

  const end = (reader: EventReader<Version>, reason: ByeReason): void => {
    if (!readers.has(reader)) return
    forget(reader)
    sendBye(reader, reason, setTimer)
  }

  return {
    open({ takesChanges, watchEnd }) {
      if (closed) throw gatewayError('LB_ERR_DRAINING', 'The server is shutting down.', { retryAfterS: 1 })
      if (readers.size >= MAX_STREAMS) {
        throw gatewayError('LB_ERR_TOO_MANY_STREAMS', `There are ${MAX_STREAMS} streams of events already.`, {
          retryAfterS: 5,
        })
      }
      const reader = createEventReader<Version>(takesChanges)
      readers.add(reader)
      void sendWhole(reader)
      cancelLive ??= setTimer(sendLive, LIVE_MS)
      const unwatch = watchEnd(() => end(reader, 'session_ended'))
      reader.stream.once('close', () => {
        unwatch()
        forget(reader)
      })
      return reader.stream
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
