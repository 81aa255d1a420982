// Cuts clients that read nothing of what waits for them, whoever writes it: also refusals, whose senders do not wait.
import type { Socket } from 'node:net'

/** Node.js keeps what the system has not taken of the present write in this internal field. */
type ServerSocket = Socket & { readonly _handle?: { readonly writeQueueSize?: number } | null }

/** What waits for a client. */
interface Waiting {
  /** Bytes of the writes that the system has taken as a whole. */
  readonly takenBytes: number
  /** Bytes that are left of the present write. */
  readonly leftBytes: number
  /** When neither was different. */
  readonly sinceMs: number
}

/**
 * @param sockets - all open ones.
 * @param stallMs - for which a client may read nothing; it is cut up to half as long later.
 * @returns a function to be called when a socket has been added.
 */
export function cutStalledClients(sockets: ReadonlySet<Socket>, stallMs: number): () => void {
  let waiting = new Map<Socket, Waiting>()
  let isArmed = false

  const check = (): void => {
    const nowMs = performance.now()
    const before = waiting
    waiting = new Map()
    for (const socket of sockets as ReadonlySet<ServerSocket>) {
      if (socket.writableLength === 0) continue
      const takenBytes = socket.bytesWritten - socket.writableLength
      const leftBytes = socket._handle?.writeQueueSize ?? 0
      const last = before.get(socket)
      const isSame = last?.takenBytes === takenBytes && last.leftBytes === leftBytes
      if (isSame && nowMs - last.sinceMs >= stallMs) socket.destroy()
      else waiting.set(socket, isSame ? last : { takenBytes, leftBytes, sinceMs: nowMs })
    }
  }
  const arm = (): void => {
    if (isArmed || sockets.size === 0) return
    isArmed = true
    // The clients' connections keep the process alive.
    setTimeout(() => {
      isArmed = false
      check()
      arm()
    }, stallMs / 2).unref()
  }
  return arm
}
