/** The clock and timer of the engine; tests replace it with a manual one. */

export interface EngineTimer {
  /** Milliseconds, monotonic, arbitrary origin, finer than a millisecond where the platform allows. */
  nowMs(): number
  /** Milliseconds since the epoch. */
  epochMs(): number
  /** Calls `run` once after the delay. @returns cancels it. */
  after(delayMs: number, run: () => void): () => void
}

export const systemTimer: EngineTimer = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, run) {
    const timeout = setTimeout(run, Math.max(0, Math.ceil(delayMs)))
    return () => clearTimeout(timeout)
  },
}
