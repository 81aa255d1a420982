/** A WebSocket to the bridge that is made anew, ever more patiently, when it breaks. */
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { BridgeStatus } from '../protocol/messages.ts'

export type Socket = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'send' | 'close'>

/** Throws where the URL or a protocol cannot be used. */
export type OpenSocket = (url: string, protocols: string[]) => Socket

type ConnectionStatus = Omit<BridgeStatus, 'roundTripMs'>

export interface ReconnectingSocket {
  /** Leaves any connection there was. */
  connect(url: string, token: string): void
  /** For good, without a word to `onLost`. */
  close(reason: string): void
  status(): ConnectionStatus
  /** Only while the status is `open`. */
  send(text: string): void
}

export interface ReconnectingSocketParts {
  readonly openSocket: OpenSocket
  readonly timer: EngineTimer
  readonly random: () => number
  readonly onStatus: (status: ConnectionStatus) => void
  readonly onMessage: (data: unknown) => void
  /** The connection is gone, and with it all that was under way on it. */
  readonly onDisconnect: (reason: string) => void
}

const PROTOCOL = 'load-producer.v3'
const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000

/** What a closed socket means, in words. */
function closeReason(wasOpen: boolean, code: number, reason: string): string {
  if (!wasOpen) return 'The bridge cannot be reached, or refused this page or its token'
  return reason === ''
    ? `The connection to the bridge broke (${code})`
    : `The bridge closed the connection: ${reason}`
}

export function createReconnectingSocket(parts: ReconnectingSocketParts): ReconnectingSocket {
  const { openSocket, timer, random, onStatus, onMessage, onDisconnect } = parts
  let status: ConnectionStatus = { state: 'closed', reason: 'Not connected yet', retryInMs: null }
  let socket: Socket | undefined
  let target = { url: '', token: '' }
  let failures = 0
  let cancelRetry: () => void = () => undefined

  const setStatus = (next: ConnectionStatus): void => {
    status = next
    onStatus(status)
  }
  const scheduleRetry = (reason: string): void => {
    // Drawn, so that many pages do not come back to a restarted bridge all at once.
    const retryInMs = Math.round(
      Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.75 + random() * 0.5),
    )
    failures += 1
    cancelRetry = timer.after(retryInMs, open)
    setStatus({ state: 'closed', reason, retryInMs })
  }
  const open = (): void => {
    setStatus({ state: 'connecting', reason: status.reason, retryInMs: null })
    let opened: Socket
    try {
      opened = openSocket(target.url, [PROTOCOL, ...(target.token === '' ? [] : [`bearer.${target.token}`])])
    } catch {
      return setStatus({
        state: 'closed',
        reason: 'The address or token of the bridge cannot be used',
        retryInMs: null,
      })
    }
    socket = opened
    let wasOpen = false
    opened.onopen = () => {
      wasOpen = true
      failures = 0
      setStatus({ state: 'open', reason: '', retryInMs: null })
    }
    opened.onmessage = ({ data }) => onMessage(data)
    opened.onerror = () => undefined
    opened.onclose = ({ code, reason: said }) => {
      socket = undefined
      const reason = closeReason(wasOpen, code, said)
      scheduleRetry(reason)
      onDisconnect(reason)
    }
  }
  const close = (reason: string): void => {
    cancelRetry()
    const left = socket
    socket = undefined
    status = { state: 'closed', reason, retryInMs: null }
    if (!left) return
    left.onopen = left.onmessage = left.onclose = null
    left.close()
  }

  return {
    connect(url, token) {
      close('')
      target = { url, token }
      failures = 0
      open()
    },
    close(reason) {
      close(reason)
      onStatus(status)
    },
    status: () => status,
    send: (text) => socket?.send(text),
  }
}
