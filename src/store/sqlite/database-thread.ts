// Runs SQLite on a thread, because its waits for locks and for the disk would block the event loop.
import { Worker } from 'node:worker_threads'
import type { DatabaseReply, DatabaseRequest, StatementResult } from './database-request.ts'

export interface DatabaseThread {
  /** Opens the database if it is not open. Requests run one after another. */
  run(path: string, request: DatabaseRequest): Promise<StatementResult>
  /** Must not be called while requests run. The thread starts again with the next request. */
  stop(): Promise<void>
}

interface Pending {
  resolve(result: StatementResult): void
  reject(error: Error): void
}

// Has the same extension as this file: .ts from src, .js from dist.
const script = new URL(import.meta.url.replace(/database-thread(\.\w+)$/, 'run-database-thread$1'))
const nothing: StatementResult = { rows: [], changes: 0, lastId: 0 }

/** Errors of SQLite keep their code. */
const asError = ({ message, code }: NonNullable<DatabaseReply['error']>): Error =>
  Object.assign(new Error(message), { code })

/** The thread starts with the first request, and anew after it has died, which rolls open transactions back. */
export function createDatabaseThread(): DatabaseThread {
  const pending = new Map<number, Pending>()
  let worker: Worker | undefined
  let lastId = 0

  const settle = (id: number): Pending | undefined => {
    const one = pending.get(id)
    pending.delete(id)
    // The thread keeps the process alive only while something runs.
    if (pending.size === 0) worker?.unref()
    return one
  }

  const start = (): Worker => {
    const started = new Worker(script)
    let failure = new Error('the thread of the database ended')
    started.on('message', ({ id, result = nothing, error }: DatabaseReply) => {
      const one = settle(id)
      if (error) one?.reject(asError(error))
      else one?.resolve(result)
    })
    started.on('error', (error) => (failure = error instanceof Error ? error : failure))
    started.on('exit', () => {
      if (worker !== started) return
      worker = undefined
      for (const id of pending.keys()) settle(id)?.reject(failure)
    })
    return started
  }

  return {
    run: (path, request) =>
      new Promise((resolve, reject) => {
        worker ??= start()
        worker.ref()
        lastId += 1
        pending.set(lastId, { resolve, reject })
        worker.postMessage({ id: lastId, path, request })
      }),
    async stop() {
      await worker?.terminate()
    },
  }
}
