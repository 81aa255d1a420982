// One reader of the stream of events: what it has been sent, and whether it keeps up.
import { Readable } from 'node:stream'
import type { ByeReason } from '../../contract/traffic/live.ts'
import type { SetTimer } from '../../core/timer.ts'

export interface EventReader<Version = object> {
  readonly stream: Readable
  /** Beyond 64 KiB, sends one piece in each turn of the event loop: many readers of a large state would hold up all else. */
  send(...pieces: readonly Buffer[]): void
  /** Bytes that it has not read. */
  unreadBytes(): number
  /** Whether it is sent what has changed, instead of the whole. */
  readonly takesChanges: boolean
  /** The configuration that it was sent last; undefined before its first state. */
  version: Version | undefined
  /** Whether a state is being rendered for it. */
  isRendering: boolean
  /** Whether it missed a state because it was behind, or because another one was being rendered for it. */
  needsState: boolean
  /** Whether it has missed live figures, or has none yet. */
  needsLive: boolean
  /** Since when it has read nothing although there was something. */
  behindSinceMs: number | undefined
  /** Bytes that it had not read at the last tick. */
  lastUnread: number
}

const STALL_MS = 60_000
const BYE_TIMEOUT_MS = 1_000
const TURN_BYTES = 65_536

function createOutput(): Pick<EventReader, 'stream' | 'send' | 'unreadBytes'> {
  const queue: Buffer[] = []
  let queuedBytes = 0
  let mayPush = true
  let turn: NodeJS.Immediate | undefined
  const push = (): void => {
    turn = undefined
    const piece = queue.shift()
    if (piece === undefined) return
    queuedBytes -= piece.length
    mayPush = false
    stream.push(piece)
  }
  const schedule = (): void => {
    if (mayPush && queue.length > 0) turn ??= setImmediate(push)
  }
  const stream = new Readable({
    read() {
      mayPush = true
      schedule()
    },
    destroy(error, done) {
      clearImmediate(turn)
      queue.length = 0
      queuedBytes = 0
      done(error)
    },
  })
  return {
    stream,
    send(...pieces) {
      if (stream.destroyed) return
      let pushedBytes = queue.length > 0 ? TURN_BYTES : 0
      for (const piece of pieces) {
        pushedBytes += piece.length
        if (pushedBytes <= TURN_BYTES) {
          stream.push(piece)
          continue
        }
        queue.push(piece)
        queuedBytes += piece.length
      }
      schedule()
    },
    unreadBytes: () => queuedBytes + stream.readableLength,
  }
}

export const createEventReader = <Version>(takesChanges: boolean): EventReader<Version> => ({
  ...createOutput(),
  takesChanges,
  version: undefined,
  isRendering: false,
  needsState: true,
  needsLive: true,
  behindSinceMs: undefined,
  lastUnread: 0,
})

export const writeEvent = (name: string, data: object): Buffer =>
  Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)

/** A reader with unread events gets no more: the next event after it catches up holds the complete state. */
export const isBehind = (reader: EventReader): boolean => reader.unreadBytes() > 0

/** Cuts a reader that has taken nothing for a minute; one that reads slowly may take as long as it takes. */
export function cutIfStalled(reader: EventReader, nowMs: number): void {
  const unread = reader.unreadBytes()
  if (unread < reader.lastUnread) reader.behindSinceMs = undefined
  reader.lastUnread = unread
  reader.behindSinceMs ??= nowMs
  if (nowMs - reader.behindSinceMs >= STALL_MS) reader.stream.destroy()
}

export function sendBye(reader: EventReader, reason: ByeReason, setTimer: SetTimer): void {
  const { stream } = reader
  if (isBehind(reader)) return void stream.destroy()
  stream.push(writeEvent('bye', { reason }))
  stream.push(null)
  const cancelCut = setTimer(() => stream.destroy(), BYE_TIMEOUT_MS)
  stream.once('close', cancelCut)
}
