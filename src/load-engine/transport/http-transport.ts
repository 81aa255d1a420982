/** Makes the calls of the engine over HTTP, on kept connections, and takes their times where their bytes are read. */
import { StringDecoder } from 'node:string_decoder'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import type { BridgeErrorCode } from '../../contract/bridge.ts'
import { callError, toCallError } from './call-error.ts'
import { createCallQueue } from './call-queue.ts'
import { sendToTarget } from './send-to-target.ts'
import type { Target } from './target.ts'
import { createTargetPools } from './target-pools.ts'
import { createTargetCache } from './target-cache.ts'
import type { CallListener, HttpCall, Transport } from './transport.ts'

export interface HttpTransportOptions {
  /** Milliseconds on the clock of the engine. */
  readonly nowMs: () => number
  /** Rejects with a CallError `refused_target`, or with an error of the name's lookup. */
  readonly resolveTarget: (url: URL) => Promise<Target>
  /** Most calls that run at once; the others wait in order. */
  readonly maxConcurrent: number
  /** Longest duration of a call; each may have a shorter one. */
  readonly timeoutMs: number
}

/** Of all calls so far. */
export interface TransportFigures {
  readonly calls: number
  readonly running: number
  readonly waiting: number
  readonly errors: Readonly<Partial<Record<BridgeErrorCode, number>>>
}

export const NO_FIGURES: TransportFigures = { calls: 0, running: 0, waiting: 0, errors: {} }

export interface HttpTransport extends Transport {
  figures(): TransportFigures
  /** Cuts every connection; no event follows. */
  destroy(): void
}

/** Tells the listener of one call its events, the last of them once. */
function createEventReporter(listener: CallListener, nowMs: () => number, onOver: () => void) {
  let decoder: StringDecoder | undefined
  let isOver = false
  const end = (): boolean => {
    if (isOver) return false
    isOver = true
    onOver()
    return true
  }
  return {
    isOver: (): boolean => isOver,
    end,
    onHead: (status: number, headers: Record<string, string>): void =>
      listener.onHead(status, headers, nowMs()),
    onData(chunk: Buffer): void {
      const atMs = nowMs()
      const text = (decoder ??= new StringDecoder()).write(chunk)
      if (text !== '') listener.onText(text, atMs)
    },
    onEnd(): void {
      const atMs = nowMs()
      const rest = decoder?.end() ?? ''
      if (rest !== '') listener.onText(rest, atMs)
      if (end()) listener.onEnd(atMs)
    },
    onError(error: unknown): void {
      const { code, message } = toCallError(error)
      if (end()) listener.onError(code, message, nowMs())
    },
  }
}

export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { nowMs, maxConcurrent } = options
  const pools = createTargetPools()
  const targets = createTargetCache(options.resolveTarget, nowMs)
  const queue = createCallQueue(maxConcurrent)
  const errors: Partial<Record<BridgeErrorCode, number>> = {}
  let calls = 0

  const start = (call: HttpCall, listener: CallListener): (() => void) => {
    let attempt: Attempt | undefined
    let timer: NodeJS.Timeout | undefined
    let leaveQueue = (): void => undefined
    const timeoutMs = Math.min(call.timeoutMs, options.timeoutMs)
    const events = createEventReporter(listener, nowMs, () => {
      clearTimeout(timer)
      attempt?.abort()
      leaveQueue()
    })
    const fail = (error: unknown): void => {
      const { code } = toCallError(error)
      if (!events.isOver()) errors[code] = (errors[code] ?? 0) + 1
      events.onError(error)
    }
    const timeOut = (): void => fail(callError('timeout', `no end of the answer in ${timeoutMs} ms`))
    const send = (target: Target): void => {
      if (events.isOver()) return
      attempt = sendToTarget(pools, target, call, { ...events, onError: fail })
    }
    // A call never fails before its caller knows how to cancel it.
    const begin = (): void => {
      timer = setTimeout(timeOut, timeoutMs)
      const known = targets.known(call.url)
      if (known) send(known)
      else void targets.find(call.url).then(send, fail)
    }
    leaveQueue = queue.enqueue(begin)
    return () => void events.end()
  }

  return {
    waiting: queue.waiting,
    call(call, listener) {
      calls += 1
      return start(call, listener)
    },
    figures: () => ({ calls, running: queue.running(), waiting: queue.waiting(), errors: { ...errors } }),
    destroy: pools.destroy,
  }
}
