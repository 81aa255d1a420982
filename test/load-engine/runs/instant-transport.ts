// A transport without a network on a manual clock: the test sets the duration of each call.
import type { HttpCall, Transport } from '../../../src/load-engine/transport/transport.ts'
import type { EngineTimer } from '../../../src/load-engine/platform/engine-timer.ts'
import { createManualTimer } from '../../simulation/manual-timer.ts'

const BODY = JSON.stringify({
  choices: [{ message: { content: 'hi' } }],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
})

export function createManualClock() {
  const timer = createManualTimer()
  return { ...timer, epochMs: () => 1_700_000_000_000 + timer.nowMs() }
}

/** @param serviceMs - returns the duration of call number `index`, from 0. */
export function createInstantTransport(timer: EngineTimer, serviceMs: (index: number) => number) {
  const calls: HttpCall[] = []
  const live = new Set<() => void>()
  let maxInFlight = 0
  const transport: Transport = {
    waiting: () => 0,
    call(call, listener) {
      const cancelTimer = timer.after(serviceMs(calls.length), () => {
        live.delete(cancel)
        listener.onHead(200, {}, timer.nowMs())
        listener.onText(BODY, timer.nowMs())
        listener.onEnd(timer.nowMs())
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
    transport,
    calls,
    inFlight: () => live.size,
    /** Maximum number of concurrent calls so far. */
    maxInFlight: () => maxInFlight,
  }
}
