// One call of a page, from its message to its final event, which is sent exactly once unless the page has disconnected.
import type { BridgeEvent, BridgeRequest } from '../../contract/bridge.ts'
import type { Clock } from '../../core/clock.ts'
import {
  createStreamReceiver,
  createBufferedReceiver,
  type ResponseReceiver,
  type CallTimes,
} from './response-receiver.ts'
import { callError, toCallError, type CallError } from '../../load-engine/transport/call-error.ts'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import { parseCallUrl } from '../../load-engine/transport/target-cache.ts'
import { sendToTarget } from '../../load-engine/transport/send-to-target.ts'
import type { EventSender } from './event-sender.ts'
import type { TargetPools } from '../../load-engine/transport/target-pools.ts'
import type { Target } from '../../load-engine/transport/target.ts'

export interface Call {
  /** Starts the call; called at most once. */
  start(): void
  /** Ends the call with an error event. */
  fail(error: CallError): void
  /** Ends the call without an event. */
  abandon(): void
}

export interface CallParts {
  readonly clock: Clock
  /** Rejects with a CallError `refused_target`, or with an error of the name's lookup. */
  readonly resolveTarget: (url: URL) => Promise<Target>
  readonly pools: TargetPools
  /** Longest duration of a call; its request may set a shorter one. */
  readonly timeoutMs: number
  readonly maxBodyBytes: number
}

interface CallOptions extends CallParts {
  readonly request: BridgeRequest
  readonly sender: EventSender
  /** Called once, before the final event is sent; `error` is null if the call succeeded or was abandoned. */
  readonly onEnd: (error: CallError | null) => void
}

export function createCall(options: CallOptions): Call {
  const { request, sender, clock, onEnd } = options
  const { id } = request
  const times: CallTimes = { received_ms: clock(), sent_ms: null, first_byte_ms: null }
  let targetRequest: Attempt | undefined
  let timer: NodeJS.Timeout | undefined
  let over = false

  const end = (error: CallError | null): boolean => {
    if (over) return false
    over = true
    clearTimeout(timer)
    targetRequest?.abort()
    onEnd(error)
    return true
  }
  const fail = (error: CallError): void => {
    const { code, message } = error
    if (end(error)) sender.send({ id, type: 'error', error: message, code, ...times, end_ms: clock() })
  }
  const succeed = (last: BridgeEvent): void => {
    if (end(null)) sender.send(last)
  }
  const receiver: ResponseReceiver = (request.stream ? createStreamReceiver : createBufferedReceiver)({
    id,
    times,
    clock,
    send: sender.send,
    maxBodyBytes: options.maxBodyBytes,
  })
  const pauseWhileFull = (): void => {
    if (!sender.isFull()) return
    targetRequest?.pause()
    sender.onceDrained(() => targetRequest?.resume())
  }

  const send = async (): Promise<void> => {
    const timeoutMs = Math.min(request.timeout_ms ?? Infinity, options.timeoutMs)
    timer = setTimeout(() => fail(callError('timeout', `no end of the answer in ${timeoutMs} ms`)), timeoutMs)
    const target = await options.resolveTarget(parseCallUrl(request.url))
    if (over) return
    times.sent_ms = clock()
    targetRequest = sendToTarget(options.pools, target, request, {
      onHead(status, headers) {
        times.first_byte_ms = clock()
        receiver.onHead(status, headers)
      },
      onData(chunk) {
        receiver.onData(chunk)
        pauseWhileFull()
      },
      onEnd: () => succeed(receiver.onEnd()),
      onError: (error) => fail(toCallError(error)),
    })
  }

  return {
    start: () => void send().catch((error: unknown) => fail(toCallError(error))),
    fail,
    abandon: () => void end(null),
  }
}
