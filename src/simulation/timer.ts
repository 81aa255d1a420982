// The clock and timers of a simulated backend, replaceable in tests.

export interface Timer {
  /** Milliseconds, monotonic, arbitrary origin. */
  nowMs(): number
  /** Calls `run` once. @returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void
}

export const systemTimer: Timer = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    // Rounded up: Node truncates fractions, and a timer that fires early must be set again.
    const timeout = setTimeout(run, Math.ceil(delayMs))
    return () => clearTimeout(timeout)
  },
}
