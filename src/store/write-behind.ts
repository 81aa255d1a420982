// Writes what has changed in memory to the store every second and on close, each time in one transaction.

export interface WriteBehind {
  start(): void
  /** Waits for a running write, then writes the rest. Never rejects. */
  stop(): Promise<void>
}

interface WriteBehindOptions<Changes> {
  readonly write: (changes: Changes) => Promise<void>
  /** Returns what has changed since the last call and marks it as written; undefined where nothing has. */
  readonly takeChanges: () => Changes | undefined
  /** Marks what could not be written as changed again. Newer values must win. */
  readonly putBack: (changes: Changes) => void
  readonly onError: (error: unknown) => void
  /** Milliseconds from the end of one write to the start of the next. Default 1000. */
  readonly intervalMs?: number
}

export function createWriteBehind<Changes>(options: WriteBehindOptions<Changes>): WriteBehind {
  const { write, takeChanges, putBack, onError, intervalMs = 1000 } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  const flush = async (): Promise<void> => {
    const changes = takeChanges()
    if (changes === undefined) return
    try {
      await write(changes)
    } catch (error) {
      putBack(changes)
      onError(error)
    }
  }

  const schedule = (): void => {
    timer = setTimeout(() => {
      running = flush().then(() => {
        if (!stopped) schedule()
      })
    }, intervalMs)
  }

  return {
    start: schedule,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
      await flush()
    },
  }
}
