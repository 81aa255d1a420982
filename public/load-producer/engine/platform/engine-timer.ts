/** The passing of time as the engine sees it; tests put their own in place. */

export interface EngineTimer {
  /** Milliseconds, monotonic, arbitrary origin, finer than a millisecond where the platform allows. */
  nowMs(): number
  /** Milliseconds since the epoch. */
  epochMs(): number
  /** Calls `run` once. @returns calls it off. */
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
