// A bridge without a network on a manual clock: the test sets the duration of each call.
import type { BridgeEvent } from '../../../../../src/contract/bridge.ts'
import type {
  BridgeCall,
  BridgeClient,
} from '../../../../../public/load-producer/engine/bridge/bridge-client.ts'
import type { EngineTimer } from '../../../../../public/load-producer/engine/platform/engine-timer.ts'
import { createManualTimer } from '../../../../simulation/manual-timer.ts'

const BODY = JSON.stringify({
  choices: [{ message: { content: 'hi' } }],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
})

export function createManualClock() {
  const timer = createManualTimer()
  return { ...timer, epochMs: () => 1_700_000_000_000 + timer.nowMs() }
}

/** @param serviceMs - returns the duration of call number `index`, from 0. */
export function createInstantBridge(timer: EngineTimer, serviceMs: (index: number) => number) {
  const calls: BridgeCall[] = []
  const live = new Set<() => void>()
  let maxInFlight = 0
  let isOpen = true
  const bridge: BridgeClient = {
    connect: () => undefined,
    close: () => undefined,
    isOpen: () => isOpen,
    status: () => ({ state: 'open', roundTripMs: null, reason: '', retryInMs: null }),
    inFlight: () => live.size,
    call(call, onEvent: (event: BridgeEvent) => void) {
      const receivedMs = timer.nowMs()
      const cancelTimer = timer.after(serviceMs(calls.length), () => {
        live.delete(cancel)
        const times = {
          received_ms: receivedMs,
          sent_ms: receivedMs,
          first_byte_ms: timer.nowMs(),
          end_ms: timer.nowMs(),
        }
        onEvent({ id: 1, type: 'response', status: 200, headers: {}, body: BODY, ...times })
      })
      const cancel = (): void => {
        cancelTimer()
        live.delete(cancel)
      }
      calls.push(call)
      live.add(cancel)
      maxInFlight = Math.max(maxInFlight, live.size)
      return cancel
    },
  }
  return {
    bridge,
    calls,
    /** Maximum number of concurrent calls so far. */
    maxInFlight: () => maxInFlight,
    setOpen: (value: boolean) => void (isOpen = value),
  }
}
