/** The clock and timer of the engine; tests replace it with a manual one. */

export interface EngineTimer {
  /** Milliseconds, monotonic, arbitrary origin, finer than a millisecond where the platform allows. */
  nowMs(): number
  /** Milliseconds since the epoch. */
  epochMs(): number
  /** Calls `run` once after the delay. @returns cancels it. */
  after(delayMs: number, run: () => void): () => void
}

/**
 * A timer fires up to a millisecond late. What must be sent at a time is sent up to this much before it instead, and its
 * latency counts from then: else every latency would be longer by the delay of a timer.
 */
export const EARLY_MS = 1

export const systemTimer: EngineTimer = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, run) {
    const timeout = setTimeout(run, Math.max(0, Math.ceil(delayMs)))
    return () => clearTimeout(timeout)
  },
}
