/** How old the figures are, for what shows it. */
import { useSyncExternalStore } from 'react'
import { isStale } from '../live/event-feed.ts'
import { usePage } from './page.tsx'

/** @returns milliseconds since the last event from the server; undefined before the first. */
export function useDataAgeMs(): number | undefined {
  const { dataAge } = usePage()
  return useSyncExternalStore(dataAge.subscribe, dataAge.readMs)
}

/** @returns whole seconds, once the figures stand still; undefined before. */
export function useStaleS(): number | undefined {
  const { dataAge } = usePage()
  return useSyncExternalStore(dataAge.subscribe, () => {
    const ageMs = dataAge.readMs()
    return ageMs !== undefined && isStale(ageMs) ? Math.floor(ageMs / 1000) : undefined
  })
}

/** @returns whether the figures stand still; renders only when that changes. */
export function useIsStale(): boolean {
  const { dataAge } = usePage()
  return useSyncExternalStore(dataAge.subscribe, () => isStale(dataAge.readMs()))
}
