/** Makes the calls of the engine over HTTP, on kept connections, and takes their times where their bytes are read. */
import { StringDecoder } from 'node:string_decoder'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import type { ExchangeHandler } from '../../http/upstream/exchange.ts'
import type { BridgeErrorCode } from '../../contract/bridge.ts'
import { callError, toCallError } from './call-error.ts'
import { createCallQueue } from './call-queue.ts'
import { createCallWriter } from './call-writer.ts'
import { refuseEncoded } from './send-to-target.ts'
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

const FIRST_NON_ASCII = 0x80

export const NO_FIGURES: TransportFigures = { calls: 0, running: 0, waiting: 0, errors: {} }

export interface HttpTransport extends Transport {
  figures(): TransportFigures
  /** Cuts every connection; no event follows. */
  destroy(): void
}

/** Decodes a body chunk by chunk. */
function createTextDecoder() {
  let decoder: StringDecoder | undefined
  return {
    write(chunk: Buffer): string {
      // A chunk that ends in a byte of ASCII ends no character in its middle.
      if (decoder === undefined && (chunk.at(-1) ?? 0) < FIRST_NON_ASCII) return chunk.toString()
      decoder ??= new StringDecoder()
      return decoder.write(chunk)
    },
    end: (): string => decoder?.end() ?? '',
  }
}

export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { nowMs, maxConcurrent } = options
  const pools = createTargetPools()
  const targets = createTargetCache(options.resolveTarget, nowMs)
  const queue = createCallQueue(maxConcurrent)
  const write = createCallWriter()
  const errors: Partial<Record<BridgeErrorCode, number>> = {}
  let calls = 0

  const start = (call: HttpCall, listener: CallListener): (() => void) => {
    let attempt: Attempt | undefined
    const decoder = createTextDecoder()
    let isOver = false
    const timeoutMs = Math.min(call.timeoutMs, options.timeoutMs)
    let timer: NodeJS.Timeout | undefined

    const end = (): void => {
      isOver = true
      clearTimeout(timer)
      leaveQueue()
    }
    const fail = (error: unknown): void => {
      if (isOver) return
      const { code, message } = toCallError(error)
      errors[code] = (errors[code] ?? 0) + 1
      end()
      attempt?.abort()
      listener.onError(code, message, nowMs())
    }
    const handler: ExchangeHandler = {
      onResponse(status, headers) {
        refuseEncoded(headers)
        listener.onHead(status, headers, nowMs())
      },
      onData(chunk) {
        const atMs = nowMs()
        const text = decoder.write(chunk)
        if (text !== '') listener.onText(text, atMs)
      },
      onEnd() {
        const atMs = nowMs()
        const rest = decoder.end()
        if (rest !== '') listener.onText(rest, atMs)
        end()
        listener.onEnd(atMs)
      },
      onError: fail,
    }
    const send = (target: Target): void => {
      if (isOver) return
      try {
        attempt = pools.of(target).send(write(call, target), handler)
      } catch (error) {
        // A call never fails before its caller knows how to cancel it.
        queueMicrotask(() => fail(error))
      }
    }
    const begin = (): void => {
      timer = setTimeout(
        () => fail(callError('timeout', `no end of the answer in ${timeoutMs} ms`)),
        timeoutMs,
      )
      const known = targets.known(call.url)
      if (known) send(known)
      else void targets.find(call.url).then(send, fail)
    }
    const leaveQueue = queue.enqueue(begin)
    return () => {
      if (isOver) return
      end()
      attempt?.abort()
    }
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
