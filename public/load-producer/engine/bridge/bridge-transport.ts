/** Makes the calls of the engine through the bridge. */
import type { Transport } from '../../../../src/load-engine/transport/transport.ts'
import type { EngineTimer } from '../../../../src/load-engine/platform/engine-timer.ts'
import type { BridgeClient } from './bridge-client.ts'

/** The clock of the bridge is put on that of the engine by the time at which the call was sent. */
export const bridgeTransport = (bridge: BridgeClient, timer: EngineTimer): Transport => ({
  isOpen: bridge.isOpen,
  call(call, listener) {
    const sentAtMs = timer.nowMs()
    let offsetMs = 0
    const startAt = (receivedMs: number | null): number =>
      (offsetMs = receivedMs === null ? offsetMs : sentAtMs - receivedMs)
    return bridge.call(call, (event) => {
      switch (event.type) {
        case 'stream_start':
          startAt(event.sent_ms)
          return listener.onHead(event.status, event.headers, event.at_ms + offsetMs)
        case 'stream_chunk':
          return listener.onText(event.data, event.at_ms + offsetMs)
        case 'stream_end':
          return listener.onEnd(event.end_ms + offsetMs)
        case 'response':
          startAt(event.received_ms)
          listener.onHead(event.status, event.headers, (event.first_byte_ms ?? event.end_ms) + offsetMs)
          listener.onText(event.body, event.end_ms + offsetMs)
          return listener.onEnd(event.end_ms + offsetMs)
        case 'error':
          return listener.onError(event.code, event.error, timer.nowMs())
      }
    })
  },
})
