// Turns a target's response into events: chunk by chunk as text, or buffered and sent whole.
import type { BridgeEvent, CallId } from '../../contract/bridge.ts'
import type { Clock } from '../../core/clock.ts'
import { callError } from '../../load-engine/transport/call-error.ts'

/** Times of a call's steps, in milliseconds of the bridge's clock. */
export interface CallTimes {
  readonly received_ms: number
  sent_ms: number | null
  first_byte_ms: number | null
}

export interface ResponseReceiver {
  onHead(status: number, headers: Record<string, string>): void
  /** @throws a CallError `too_large`. */
  onData(chunk: Uint8Array): void
  /** @returns the call's final event. */
  onEnd(): BridgeEvent
}

export interface ReceiverOptions {
  readonly id: CallId
  readonly times: CallTimes
  readonly clock: Clock
  readonly send: (event: BridgeEvent) => void
  readonly maxBodyBytes: number
}

// Keeps a byte order mark, so that the text is the same as the target's.
const createDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true })

export function createStreamReceiver({ id, times, clock, send }: ReceiverOptions): ResponseReceiver {
  const decoder = createDecoder()
  const sendText = (data: string): void => {
    if (data !== '') send({ id, type: 'stream_chunk', data, at_ms: clock() })
  }
  return {
    onHead(status, headers) {
      const at = times.first_byte_ms ?? clock()
      send({ id, type: 'stream_start', status, headers, sent_ms: times.sent_ms ?? at, at_ms: at })
    },
    onData: (chunk) => sendText(decoder.decode(chunk, { stream: true })),
    onEnd() {
      sendText(decoder.decode())
      return { id, type: 'stream_end', ...times, end_ms: clock() }
    },
  }
}

export function createBufferedReceiver({
  id,
  times,
  clock,
  maxBodyBytes,
}: ReceiverOptions): ResponseReceiver {
  const chunks: Uint8Array[] = []
  let length = 0
  let head: { status: number; headers: Record<string, string> } = { status: 0, headers: {} }
  return {
    onHead: (status, headers) => void (head = { status, headers }),
    onData(chunk) {
      length += chunk.length
      if (length > maxBodyBytes)
        throw callError('too_large', `the answer is larger than ${maxBodyBytes} bytes`)
      chunks.push(chunk)
    },
    onEnd() {
      // Read before decoding, which is not the target's time.
      const endMs = clock()
      const body = createDecoder().decode(Buffer.concat(chunks, length))
      return { id, type: 'response', ...head, body, ...times, end_ms: endMs }
    },
  }
}
