// The way to one page: messages out, and word of when it takes them no faster than they come.
import type { WebSocket } from 'ws'
import type { BridgeEvent } from '../../contract/bridge.ts'

export interface EventSender {
  /** Does nothing once the socket is closing. */
  send(event: BridgeEvent): void
  /** Whether more is waiting than the page has taken lately; who can should send no more until it has. */
  isFull(): boolean
  /** Calls once when enough has gone out. */
  onceDrained(callback: () => void): void
}

const FULL_BYTES = 1024 * 1024
const DRAINED_BYTES = FULL_BYTES / 4

export function createEventSender(socket: WebSocket): EventSender {
  let callbacks: (() => void)[] = []
  const afterWrite = (): void => {
    if (callbacks.length === 0 || socket.bufferedAmount > DRAINED_BYTES) return
    const due = callbacks
    callbacks = []
    for (const callback of due) callback()
  }
  return {
    send(event) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event), afterWrite)
    },
    isFull: () => socket.bufferedAmount > FULL_BYTES,
    onceDrained: (callback) => void callbacks.push(callback),
  }
}
