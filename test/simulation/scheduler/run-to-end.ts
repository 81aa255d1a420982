// Runs requests of known length in virtual time.
import type { ScheduledRequest, Scheduler } from '../../../src/simulation/scheduler/scheduler.ts'

export interface TimedRequest extends Omit<ScheduledRequest, 'decode'> {
  /** At least 1. */
  readonly outputTokens: number
  /** Of one request that decodes alone. */
  readonly tokensPerSecond: number
  onFirstToken?(cachedTokens: number): void
  onEnd?(): void
}

/** @returns a function that ends the request before its end; it does nothing afterwards. */
export function runToEnd(scheduler: Scheduler, request: TimedRequest): () => void {
  let cancelDecode = (): void => undefined
  const { outputTokens, tokensPerSecond, onFirstToken, onEnd } = request
  const leave = scheduler.submit({
    ...request,
    decode(cachedTokens) {
      onFirstToken?.(cachedTokens)
      cancelDecode = scheduler.decodeTimer.after(((outputTokens - 1) * 1000) / tokensPerSecond, () => {
        leave()
        onEnd?.()
      })
    },
  })
  return () => {
    cancelDecode()
    leave()
  }
}
