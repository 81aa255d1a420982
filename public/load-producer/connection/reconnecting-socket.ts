/** A WebSocket to the bridge that reconnects with exponential backoff. */
import type { EngineTimer } from '../../../src/load-engine/platform/engine-timer.ts'
import type { BridgeStatus } from './bridge-status.ts'

export type Socket = Pick<
  WebSocket,
  'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'send' | 'close' | 'bufferedAmount'
>

/** Throws when the URL or a protocol is invalid. */
type OpenSocket = (url: string, protocols: string[]) => Socket

export interface ReconnectingSocket {
  /** Replaces the current connection without calling `onDisconnect`. */
  connect(url: string, token: string): void
  /** Closes permanently, without calling `onDisconnect`. */
  close(reason: string): void
  status(): BridgeStatus
  /** May be called only while the status is `open`. */
  send(text: string): void
  /** Bytes that were sent and have not left the page. */
  bufferedAmount(): number
}

export interface ReconnectingSocketParts {
  readonly openSocket: OpenSocket
  /** Tells why the bridge refuses sockets at this URL; undefined where it gives no reason. */
  readonly explainRefusal: (url: string) => Promise<string | undefined>
  readonly timer: EngineTimer
  readonly random: () => number
  readonly onStatus: (status: BridgeStatus) => void
  readonly onMessage: (data: unknown) => void
  /** Called when the connection is lost; the calls on it will get no more events. */
  readonly onDisconnect: (reason: string) => void
}

const PROTOCOL = 'load-producer.v3'
const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000

/** @returns why the socket closed, as UI text. */
function closeReason(wasOpen: boolean, code: number, reason: string): string {
  if (!wasOpen) return 'The bridge cannot be reached, or refused this page or its token'
  return reason === ''
    ? `The connection to the bridge broke (${code})`
    : `The bridge closed the connection: ${reason}`
}

export function createReconnectingSocket(parts: ReconnectingSocketParts): ReconnectingSocket {
  const { openSocket, explainRefusal, timer, random, onStatus, onMessage, onDisconnect } = parts
  let status: BridgeStatus = { state: 'closed', reason: 'Not connected yet', retryInMs: null }
  let socket: Socket | undefined
  let target = { url: '', token: '' }
  let failures = 0
  let cancelRetry: () => void = () => undefined

  const setStatus = (next: BridgeStatus): void => {
    status = next
    onStatus(status)
  }
  const scheduleRetry = (reason: string): void => {
    // Jitter keeps many pages from reconnecting to a restarted bridge at the same moment.
    const retryInMs = Math.round(
      Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.75 + random() * 0.5),
    )
    failures += 1
    cancelRetry = timer.after(retryInMs, open)
    setStatus({ state: 'closed', reason, retryInMs })
  }
  /** Adds the bridge's own reason to the status of a socket that did not open, unless the status has changed meanwhile. */
  const explain = async (): Promise<void> => {
    const unexplained = status
    const reason = await explainRefusal(target.url)
    if (reason !== undefined && status === unexplained) setStatus({ ...status, reason: `Refused: ${reason}` })
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
    opened.onclose = ({ code, reason: closeText }) => {
      socket = undefined
      const reason = closeReason(wasOpen, code, closeText)
      scheduleRetry(reason)
      if (!wasOpen) void explain()
      onDisconnect(reason)
    }
  }
  const close = (reason: string): void => {
    cancelRetry()
    const previous = socket
    socket = undefined
    status = { state: 'closed', reason, retryInMs: null }
    if (!previous) return
    previous.onopen = previous.onmessage = previous.onclose = null
    previous.close()
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
    bufferedAmount: () => socket?.bufferedAmount ?? 0,
  }
}
