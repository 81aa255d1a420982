/** Watches the gateway for as long as an operator is signed in. */
import { useEffect, useState, type ReactNode } from 'react'
import { startAlerts } from '../notices/alert.ts'
import { createNoticeStore } from '../notices/notice-store.ts'
import { watchNotices } from '../notices/watch-notices.ts'
import { usePage } from '../state/page/page.tsx'
import { createTroubleWatch } from '../troubles/watch-troubles.ts'
import { WatchContext } from './watch-context.ts'

export function WatchProvider({ children }: { readonly children: ReactNode }) {
  const page = usePage()
  const [watch] = useState(() => ({ troubles: createTroubleWatch(page), notices: createNoticeStore() }))
  useEffect(() => {
    const ends = [
      startAlerts(watch.notices),
      watchNotices(page, watch.troubles, watch.notices),
      watch.troubles.start(),
    ]
    return () => ends.forEach((end) => end())
  }, [page, watch])
  return <WatchContext value={watch}>{children}</WatchContext>
}
