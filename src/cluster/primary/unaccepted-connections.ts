// Closes connections that a worker has been handed and has not taken over when it ends.
import type { ChildProcess } from 'node:child_process'

interface Closable {
  close(): void
}

const isClosable = (handle: unknown): handle is Closable =>
  typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function'

/**
 * The cluster module hands a worker one connection at a time, and closes its own copy once the worker has confirmed it.
 * Without this, the copy of one that is never confirmed stays open, and its client waits for ever.
 * @returns a function that closes it, to be called once the worker has ended and its confirmations have been read.
 */
export function watchConnections(worker: ChildProcess): () => void {
  let last: Closable | undefined
  const send = worker.send.bind(worker) as (...args: readonly unknown[]) => boolean
  worker.send = (...args: readonly unknown[]) => {
    if (isClosable(args[1])) last = args[1]
    return send(...args)
  }
  // Closing a handle again changes nothing.
  return () => last?.close()
}
