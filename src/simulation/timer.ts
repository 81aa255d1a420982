// The passing of time as a simulated backend sees it; a test can put its own in place.

export interface Timer {
  /** Milliseconds, monotonic, arbitrary origin. */
  nowMs(): number
  /** Calls `run` once. @returns calls it off. */
  after(delayMs: number, run: () => void): () => void
}

export const systemTimer: Timer = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    // Rounded up: Node cuts fractions off, and a timer that is early has to be set again.
    const timeout = setTimeout(run, Math.ceil(delayMs))
    return () => clearTimeout(timeout)
  },
}
