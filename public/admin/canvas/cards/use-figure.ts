/** Values computed from the live figures of several objects, at every event. */
import { useCallback, useSyncExternalStore } from 'react'
import type { LiveStore } from '../../state/live/live-store.ts'
import { usePage } from '../../state/page/page.tsx'

/** @param compute - returns a primitive, so that only another value renders again. */
export function useFigure<Value extends string | number>(compute: (live: LiveStore) => Value): Value {
  const { live } = usePage()
  // The gateway's figures change with every event.
  const subscribe = useCallback((listener: () => void) => live.subscribe('gateway', '', listener), [live])
  return useSyncExternalStore(subscribe, () => compute(live))
}

/** @param compute - returns what JSON can hold; only when that differs is it rendered again. */
export const useFigures = <Values extends object>(compute: (live: LiveStore) => Values): Values =>
  JSON.parse(useFigure((live) => JSON.stringify(compute(live)))) as Values
