// Detects a page that has disappeared without closing its connection.
import type { WebSocket } from 'ws'

export interface Heartbeat {
  /** While the socket is not read no pong can arrive; frequent pings then detect a dead connection by a failed write. */
  setPaused(paused: boolean): void
  stop(): void
}

const PAUSED_PING_MS = 250

/** @param intervalMs - a page that sends neither a pong nor a message for one interval is disconnected. */
export function createHeartbeat(socket: WebSocket, intervalMs: number): Heartbeat {
  let isAlive = true
  let paused = false
  const onActivity = (): void => void (isAlive = true)
  socket.on('pong', onActivity).on('message', onActivity)

  const ping = (): void => {
    if (socket.readyState === socket.OPEN) socket.ping()
  }
  const checkAlive = (): void => {
    if (!isAlive && !paused) return socket.terminate()
    isAlive = false
    ping()
  }
  // What has arrived while the process was busy is read first.
  const onInterval = (): void => void setImmediate(checkAlive)
  const timer = setInterval(onInterval, intervalMs)
  let pausedTimer: NodeJS.Timeout | undefined
  return {
    setPaused(value) {
      paused = value
      isAlive = true
      clearInterval(pausedTimer)
      if (paused) pausedTimer = setInterval(ping, PAUSED_PING_MS)
    },
    stop() {
      clearInterval(timer)
      clearInterval(pausedTimer)
    },
  }
}
