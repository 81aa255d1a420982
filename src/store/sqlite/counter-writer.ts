// Writes counters on a thread of their own: SQLite waits for the disk, and the event loop must not wait with it.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { StoredCounters } from '../../core/state/counters.ts'

export interface CounterWriter {
  /**
   * In one transaction, on disk when it resolves. Nobody else may write meanwhile: whoever waited for SQLite's lock would
   * hold up the event loop after all.
   */
  write(counters: StoredCounters): Promise<void>
  /** To be asked while nothing is being written; what is written later is rejected. */
  close(): Promise<void>
}

/** What the thread says when it has written, or could not. */
export interface WriteReport {
  readonly error?: string
}

// As this file itself: compiled or not.
const script = new URL(import.meta.url.replace(/counter-writer(\.\w+)$/, 'counter-thread$1'))

/** @param path - of a database that has today's schema. The thread starts with the first write. */
export function createCounterWriter(path: string): CounterWriter {
  let thread: Worker | undefined
  let isClosed = false
  const start = (): Worker => {
    const started = new Worker(script, { workerData: path })
    started.on('exit', () => {
      if (thread === started) thread = undefined
    })
    // It has a listener of its own while something is being written; else nobody needs to know until the next time.
    started.on('error', () => undefined)
    return started
  }
  return {
    async write(counters) {
      if (isClosed) throw new Error('the database is closed')
      thread ??= start()
      const writer = thread
      // Only while there is something to wait for may it keep the process alive.
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
