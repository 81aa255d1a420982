/** The age of the last event from the server, updated five times a second. */
import { useEffect, useState } from 'react'
import { isStale } from '../live/event-feed.ts'
import { usePage } from './page.tsx'

const TICK_MS = 200

/** @returns whether the figures stand still; renders only when that changes. */
export function useIsStale(): boolean {
  const { feed } = usePage()
  const [stale, setStale] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => setStale(isStale(feed.ageMs())), TICK_MS)
    return () => clearInterval(timer)
  }, [feed])
  return stale
}

/** @returns milliseconds; undefined before the first event. */
export function useDataAgeMs(): number | undefined {
  const { feed } = usePage()
  const [ageMs, setAgeMs] = useState<number>()
  useEffect(() => {
    const timer = setInterval(() => setAgeMs(feed.ageMs()), TICK_MS)
    return () => clearInterval(timer)
  }, [feed])
  return ageMs
}
