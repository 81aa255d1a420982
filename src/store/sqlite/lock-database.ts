// The lock that keeps a database to one process.
import { storeError } from '../store-error.ts'
import { isBusy } from './error-codes.ts'
import { openFile } from './sqlite.ts'

// Long enough for a process that has just been killed to exit.
const LOCK_TIMEOUT_MS = 1_000

/**
 * Keeps the database to this process. The operating system holds the lock and frees it however the process ends.
 * Throws a store error if another process holds it.
 */
export function lockDatabase(path: string): { release(): void } {
  const lock = openFile(`${path}.lock`, LOCK_TIMEOUT_MS)
  try {
    lock.pragma('locking_mode = exclusive')
    lock.pragma('journal_mode = memory')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (isBusy(error)) throw storeError(`database ${path} is in use by another process`, error)
    throw error
  }
  return { release: () => void lock.close() }
}
