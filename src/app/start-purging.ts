// Removes from the store what is kept for a time only: deleted objects, the history, and the audit.
import type { Logger } from 'pino'
import type { Store } from '../store/store.ts'

const PURGE_INTERVAL_MS = 3_600_000
const DAY_MS = 86_400_000

/** Removes it now and every hour. @param auditDays - 0 keeps the whole audit. @returns a function that stops it. */
export function startPurging(
  store: Pick<Store, 'purgeDeleted' | 'trimHistory' | 'trimAudit'>,
  logger: Pick<Logger, 'error'>,
  auditDays: number,
): () => void {
  const purge = (): void =>
    void Promise.all([
      store.purgeDeleted(Date.now()),
      store.trimHistory(Date.now()),
      auditDays > 0 ? store.trimAudit(Date.now() - auditDays * DAY_MS) : undefined,
    ]).catch((err: unknown) => logger.error({ err }, 'purging failed'))
  purge()
  const timer = setInterval(purge, PURGE_INTERVAL_MS).unref()
  return () => clearInterval(timer)
}
