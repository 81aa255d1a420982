// Holds requests while a condition lasts, and lets them go on in order.

export interface Gate {
  /** Calls `run` at once where the gate is open, else when it opens. */
  pass(run: () => void): void
  /** Called when the condition may have ended. */
  check(): void
}

export function createGate(isShut: () => boolean): Gate {
  let held: (() => void)[] = []
  return {
    pass(run) {
      if (isShut()) held.push(run)
      else run()
    },
    check() {
      if (held.length === 0 || isShut()) return
      const released = held
      held = []
      for (const run of released) run()
    },
  }
}
