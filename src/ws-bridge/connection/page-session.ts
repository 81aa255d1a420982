// One page's socket: its single calls and its load engine, which end when the socket closes.
import type { WebSocket } from 'ws'
import type { BridgeRequest, CallId } from '../../contract/bridge.ts'
import { callError, type CallError } from '../../load-engine/transport/call-error.ts'
import type { CallQueue } from '../../load-engine/transport/call-queue.ts'
import { createCall, type Call, type CallParts } from '../calls/call.ts'
import { createPageEngine, type PageEngineParts } from '../engine/page-engine.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createEventSender } from '../calls/event-sender.ts'
import { readMessage } from './read-message.ts'

export interface PageSessionParts extends CallParts, PageEngineParts {
  readonly queue: CallQueue
  readonly heartbeatMs: number
  /** Bounds on the page's waiting calls; beyond either the socket is not read until both fall to half. */
  readonly maxWaiting: number
  readonly maxWaitingBytes: number
  readonly onCall: () => void
  readonly onError: (error: CallError) => void
}

export interface PageSession {
  /** Ends the load engine, with its runs. */
  endEngine(reason: string): void
  /** Fails the open calls and closes the socket with a status of RFC 6455, section 7.4. */
  close(status: number, reason: string, error: CallError): void
  openCalls(): number
}

interface OpenCall {
  readonly call: Call
  readonly leaveQueue: () => void
}

/** Counts a page's waiting calls and stops reading its socket while there are too many. */
function createReadLimit(
  socket: WebSocket,
  { maxWaiting, maxWaitingBytes }: PageSessionParts,
  setPaused: (paused: boolean) => void,
) {
  let waiting = 0
  let waitingBytes = 0
  let paused = false
  const pause = (value: boolean): void => {
    paused = value
    setPaused(value)
    if (value) socket.pause()
    else socket.resume()
  }
  return {
    /** Called with positive numbers when a call starts to wait and with negative ones when it stops. */
    add(calls: number, bytes: number) {
      waiting += calls
      waitingBytes += bytes
      if (!paused && (waiting > maxWaiting || waitingBytes > maxWaitingBytes)) pause(true)
      else if (paused && waiting <= maxWaiting / 2 && waitingBytes <= maxWaitingBytes / 2) pause(false)
    },
  }
}

export function createPageSession(socket: WebSocket, parts: PageSessionParts): PageSession {
  const calls = new Map<CallId, OpenCall>()
  const sender = createEventSender(socket)
  const heartbeat = createHeartbeat(socket, parts.heartbeatMs)
  const engine = createPageEngine(sender, parts)
  const readLimit = createReadLimit(socket, parts, heartbeat.setPaused)

  const refuse = (id: CallId | null, error: CallError): void => {
    parts.onError(error)
    const noTimes = { received_ms: null, sent_ms: null, first_byte_ms: null, end_ms: parts.clock() }
    sender.send({ id, type: 'error', error: error.message, code: error.code, ...noTimes })
  }

  const startCall = (request: BridgeRequest, bytes: number): void => {
    const { id } = request
    // With this id the refusal would look like the end of the call that already has it.
    if (calls.has(id)) return refuse(null, callError('bad_request', `a call with the id ${id} is not over`))
    if (parts.isDraining()) return refuse(id, callError('network', 'the bridge is shutting down'))
    parts.onCall()
    let isWaiting = true
    const call = createCall({
      ...parts,
      request,
      sender,
      onEnd(error) {
        calls.get(id)?.leaveQueue()
        calls.delete(id)
        if (isWaiting) readLimit.add(-1, -bytes)
        if (error !== null) parts.onError(error)
      },
    })
    readLimit.add(1, bytes)
    const leaveQueue = parts.queue.enqueue(() => {
      isWaiting = false
      readLimit.add(-1, -bytes)
      call.start()
    })
    calls.set(id, { call, leaveQueue })
  }

  socket.on('message', (data, isBinary) => {
    // Always one buffer, since the socket's binaryType is the default.
    const bytes = data as Buffer
    const message = readMessage(isBinary ? undefined : bytes.toString())
    if (message.kind === 'engine') engine.handle(message.message)
    else if (message.kind === 'request') startCall(message.request, bytes.length)
    else if (message.kind === 'fault') refuse(message.id, message.error)
    else calls.get(message.cancel.id)?.call.fail(callError('cancelled', 'the call was cancelled'))
  })
  // A close event follows each error.
  socket.on('error', () => undefined)
  socket.once('close', () => {
    heartbeat.stop()
    engine.close('the connection was closed')
    // In reverse order: otherwise each call that ends would let a waiting one start, only to end next.
    for (const { call } of [...calls.values()].reverse()) call.abandon()
  })
  return {
    openCalls: () => calls.size,
    endEngine: engine.close,
    close(status, reason, error) {
      engine.close(error.message)
      for (const { call } of [...calls.values()].reverse()) call.fail(error)
      socket.close(status, reason)
    },
  }
}
