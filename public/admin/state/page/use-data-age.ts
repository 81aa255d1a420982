/** How old the last news from the server is, a few times a second. */
import { useEffect, useState } from 'react'
import { usePage } from './page.tsx'

const TICK_MS = 200

/** In milliseconds; undefined before the first. */
export function useDataAgeMs(): number | undefined {
  const { feed } = usePage()
  const [ageMs, setAgeMs] = useState<number>()
  useEffect(() => {
    const timer = setInterval(() => setAgeMs(feed.ageMs()), TICK_MS)
    return () => clearInterval(timer)
  }, [feed])
  return ageMs
}
