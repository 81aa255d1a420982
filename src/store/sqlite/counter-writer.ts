// Writes counters on a separate thread, because SQLite's waits for the disk would block the event loop.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { StoredCounters } from '../../core/state/counters.ts'

export interface CounterWriter {
  /**
   * Writes in one transaction, which is on disk when the promise resolves. No other write may run at the same time: it
   * would wait for SQLite's lock on the event loop.
   */
  write(counters: StoredCounters): Promise<void>
  /** Must not be called during a write. Later writes are rejected. */
  close(): Promise<void>
}

/** The thread's reply to a write. */
export interface WriteReport {
  readonly error?: string
}

// Has the same extension as this file: .ts from src, .js from dist.
const script = new URL(import.meta.url.replace(/counter-writer(\.\w+)$/, 'counter-thread$1'))

/** @param path - of a database with the current schema. The thread starts with the first write. */
export function createCounterWriter(path: string): CounterWriter {
  let thread: Worker | undefined
  let isClosed = false
  const start = (): Worker => {
    const started = new Worker(script, { workerData: path })
    started.on('exit', () => {
      if (thread === started) thread = undefined
    })
    // A write has its own listener for errors; between writes an error only stops the thread, and the next write starts a new one.
    started.on('error', () => undefined)
    return started
  }
  return {
    async write(counters) {
      if (isClosed) throw new Error('the database is closed')
      thread ??= start()
      const writer = thread
      // The thread keeps the process alive only during a write.
      writer.ref()
      try {
        writer.postMessage(counters)
        const [{ error }] = (await once(writer, 'message')) as [WriteReport]
        if (error !== undefined) throw new Error(error)
      } finally {
        writer.unref()
      }
    },
    async close() {
      isClosed = true
      await thread?.terminate()
    },
  }
}
