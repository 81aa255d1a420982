/** Makes notices of what the stores of the page say: troubles, changes by others, restarts of the balancer. */
import type { AuditEntry } from '../../../src/contract/audit.ts'
import type { Page } from '../state/page/page.tsx'
import type { TroubleWatch } from '../troubles/watch-troubles.ts'
import { auditNotices } from './audit-notices.ts'
import type { NoticeStore } from './notice-store.ts'
import { troubleNotices } from './trouble-notices.ts'

/** More changes in one go come from a file or a script, and stand in the audit. */
const MOST_CHANGES = 20

function watchChanges({ gateway, session, call }: Page, notices: NoticeStore): () => void {
  let lastId: number | undefined
  let isReading = false
  let isOutdated = false
  const read = async (): Promise<void> => {
    isOutdated = true
    if (isReading) return
    isReading = true
    while (isOutdated) {
      isOutdated = false
      // The page says elsewhere that the server does not answer; the next change reads all that was missed.
      const entries = await call<AuditEntry[]>('GET', `/audit?limit=${MOST_CHANGES}`).catch(() => undefined)
      const { actor } = session.store.getState()
      if (entries !== undefined) {
        notices.add(auditNotices(entries, lastId, actor, gateway.getState().confirmed))
        lastId = Math.max(lastId ?? 0, entries[0]?.id ?? 0)
      }
    }
    isReading = false
  }
  void read()
  return gateway.subscribe(({ confirmed }, before) => {
    if (confirmed !== undefined && confirmed.etag !== before.confirmed?.etag) void read()
  })
}

function watchRestarts({ live }: Page, notices: NoticeStore): () => void {
  let uptimeS = 0
  return live.subscribe('gateway', '', () => {
    const stats = live.get('gateway', '')
    if (stats === undefined) return
    if (stats.uptime_seconds < uptimeS)
      notices.add([{ kind: 'restart', tone: 'warn', text: 'The balancer was restarted', target: undefined }])
    uptimeS = stats.uptime_seconds
  })
}

/** @returns a function that ends it. */
export function watchNotices(page: Page, troubles: TroubleWatch, notices: NoticeStore): () => void {
  const ends = [
    troubles.store.subscribe((now, before) =>
      notices.add(troubleNotices(before.troubles, now.troubles, before.isFirst)),
    ),
    watchChanges(page, notices),
    watchRestarts(page, notices),
  ]
  return () => ends.forEach((end) => end())
}
