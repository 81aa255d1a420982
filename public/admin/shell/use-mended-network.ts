/** Closes the errors that say that the server does not answer, once it sends events again. */
import { useEffect } from 'react'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import { usePage } from '../state/page/page.tsx'
import { NETWORK } from '../state/page/show-problem.ts'

export function useMendedNetwork(): void {
  const { feed } = usePage()
  const toasts = useToasts()
  useEffect(
    () =>
      feed.connection.subscribe(({ phase }, before) => {
        if (phase === 'open' && before.phase !== 'open') toasts.mended(NETWORK)
      }),
    [feed, toasts],
  )
}
