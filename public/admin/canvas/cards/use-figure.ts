/** A value computed from the live figures of several objects, at every event. */
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
