// Sends events to one page and reports back-pressure.
import type { WebSocket } from 'ws'
import type { BridgeEvent } from '../../contract/bridge.ts'

export interface EventSender {
  /** Does nothing once the socket is closing. */
  send(event: BridgeEvent): void
  /** The same, for what is JSON already. */
  sendText(json: string): void
  /** Whether so much is buffered that the sender should pause until `onceDrained`. */
  isFull(): boolean
  /** Calls `callback` once, when the buffer has drained. */
  onceDrained(callback: () => void): void
}

const FULL_BYTES = 1024 * 1024
const DRAINED_BYTES = FULL_BYTES / 4
/** A page that leaves so much unread is disconnected. */
const MAX_BYTES = 256 * FULL_BYTES

export function createEventSender(socket: WebSocket): EventSender {
  let callbacks: (() => void)[] = []
  const afterWrite = (): void => {
    if (callbacks.length === 0 || socket.bufferedAmount > DRAINED_BYTES) return
    const due = callbacks
    callbacks = []
    for (const callback of due) callback()
  }
  const sendText = (json: string): void => {
    if (socket.bufferedAmount > MAX_BYTES) socket.terminate()
    else if (socket.readyState === socket.OPEN) socket.send(json, afterWrite)
  }
  return {
    send: (event) => sendText(JSON.stringify(event)),
    sendText,
    isFull: () => socket.bufferedAmount > FULL_BYTES,
    onceDrained: (callback) => void callbacks.push(callback),
  }
}
