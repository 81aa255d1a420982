/** How old the figures of the page are: read five times a second by one timer, for all that show it. */

export interface DataAge {
  subscribe(listener: () => void): () => void
  /** Milliseconds at the last reading; undefined before the first event from the server. */
  readMs(): number | undefined
}

const TICK_MS = 200

export function createDataAge(ageMs: () => number | undefined): DataAge {
  const listeners = new Set<() => void>()
  let timer: number | undefined
  let lastMs = ageMs()
  const tick = (): void => {
    lastMs = ageMs()
    for (const listener of listeners) listener()
  }
  return {
    subscribe(listener) {
      listeners.add(listener)
      timer ??= window.setInterval(tick, TICK_MS)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    readMs: () => lastMs,
  }
}
