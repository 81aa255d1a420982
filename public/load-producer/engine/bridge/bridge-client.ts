/** The client of the bridge: many concurrent HTTP calls over one WebSocket. */
import type { BridgeCommand, BridgeEvent } from '../../../../src/contract/bridge.ts'
import type { EngineTimer } from '../../../../src/load-engine/platform/engine-timer.ts'
import type { HttpCall } from '../../../../src/load-engine/transport/transport.ts'
import type { BridgeStatus } from './bridge-status.ts'
import { readBridgeEvent } from './read-bridge-event.ts'
import { createReconnectingSocket, type OpenSocket } from './reconnecting-socket.ts'

export interface BridgeClient {
  /** Replaces the current connection; calls in flight fail as `network`. */
  connect(url: string, token: string): void
  /** Closes the connection permanently; calls in flight fail as `network`. */
  close(): void
  isOpen(): boolean
  status(): BridgeStatus
  /**
   * Sends a call. `onEvent` gets the events of the bridge for it; the last is a `response`, `stream_end` or `error`. A lost
   * connection gives an `error` with the code `network`. @returns cancels the call; no event follows.
   */
  call(call: HttpCall, onEvent: (event: BridgeEvent) => void): () => void
  /** Number of unfinished calls. */
  inFlight(): number
}

export interface BridgeClientParts {
  readonly openSocket: OpenSocket
  readonly explainRefusal: (url: string) => Promise<string | undefined>
  readonly timer: EngineTimer
  readonly random: () => number
  readonly onStatus: (status: BridgeStatus) => void
}

/** Extra time for the timeout event of the bridge to arrive, before the call fails locally. */
const GRACE_MS = 2_000

interface PendingCall {
  readonly sentAtMs: number
  readonly cancelTimeout: () => void
  readonly onEvent: (event: BridgeEvent) => void
}

const localError = (code: 'network' | 'timeout', error: string): BridgeEvent => ({
  id: null,
  type: 'error',
  code,
  error,
  received_ms: null,
  sent_ms: null,
  first_byte_ms: null,
  end_ms: 0,
})

const isFinal = ({ type }: BridgeEvent): boolean =>
  type === 'response' || type === 'stream_end' || type === 'error'

export function createBridgeClient(parts: BridgeClientParts): BridgeClient {
  const { timer, onStatus } = parts
  const calls = new Map<number, PendingCall>()
  let nextId = 1
  let roundTripMs: number | null = null

  const removeCall = (id: number): PendingCall | undefined => {
    const pending = calls.get(id)
    calls.delete(id)
    pending?.cancelTimeout()
    return pending
  }
  const failAll = (reason: string): void => {
    roundTripMs = null
    const event = localError('network', reason)
    for (const id of [...calls.keys()]) removeCall(id)?.onEvent(event)
  }
  const recordRoundTrip = (event: BridgeEvent, { sentAtMs }: PendingCall): void => {
    if (!('received_ms' in event) || event.received_ms === null) return
    roundTripMs = Math.max(0, timer.nowMs() - sentAtMs - (event.end_ms - event.received_ms))
  }
  const socket = createReconnectingSocket({
    ...parts,
    onStatus: (status) => onStatus({ ...status, roundTripMs }),
    onDisconnect: failAll,
    onMessage(data) {
      const event = readBridgeEvent(data)
      if (typeof event?.id !== 'number') return
      const pending = isFinal(event) ? removeCall(event.id) : calls.get(event.id)
      if (!pending) return
      recordRoundTrip(event, pending)
      pending.onEvent(event)
    },
  })
  const isOpen = (): boolean => socket.status().state === 'open'
  const send = (command: BridgeCommand): void => socket.send(JSON.stringify(command))

  return {
    connect(url, token) {
      socket.connect(url, token)
      failAll('The connection to the bridge was changed')
    },
    close() {
      socket.close('Closed')
      failAll('The connection to the bridge was closed')
    },
    isOpen,
    status: () => ({ ...socket.status(), roundTripMs }),
    call({ timeoutMs, headers, ...call }, onEvent) {
      const id = nextId
      nextId += 1
      const cancel = (): boolean => {
        if (!removeCall(id)) return false
        if (isOpen()) send({ id, type: 'cancel' })
        return true
      }
      const callTimeoutMs = isOpen() ? timeoutMs + GRACE_MS : 0
      const timeoutEvent = isOpen()
        ? localError('timeout', 'No answer came in time')
        : localError('network', 'There is no connection to the bridge')
      const cancelTimeout = timer.after(callTimeoutMs, () => cancel() && onEvent(timeoutEvent))
      calls.set(id, { sentAtMs: timer.nowMs(), cancelTimeout, onEvent })
      if (isOpen())
        send({ id, ...call, headers: { ...headers }, timeout_ms: Math.max(1, Math.ceil(timeoutMs)) })
      return () => void cancel()
    },
    inFlight: () => calls.size,
  }
}
