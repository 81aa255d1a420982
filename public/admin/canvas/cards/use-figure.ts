/** Values computed from live figures: only another value renders again. */
import { useStore as useFlow } from '@xyflow/react'
import { useCallback, useSyncExternalStore } from 'react'
import type { FiguresOf, LiveKind, LiveStore } from '../../state/live/live-store.ts'
import { useLive, usePage } from '../../state/page/page.tsx'
import { MIN_DETAIL_ZOOM } from '../model/zoom-detail.ts'

/** @param read - returns a primitive. */
export function useFigureOf<Kind extends LiveKind, Value extends string | number>(
  kind: Kind,
  id: string,
  read: (figures: FiguresOf<Kind> | undefined) => Value,
): Value {
  const { live } = usePage()
  const subscribe = useCallback(
    (listener: () => void) => live.subscribe(kind, id, listener),
    [live, kind, id],
  )
  return useSyncExternalStore(subscribe, () => read(live.get(kind, id)))
}

/** Whether cards show their names and one figure only. */
export const useIsFar = (): boolean => useFlow(({ transform: [, , zoom] }) => zoom < MIN_DETAIL_ZOOM)

/** No object has it. */
const NO_ID = ''

/** The figures for the details of a card; undefined while these are hidden, as they are for a whole fleet. */
export const useNearLive = <Kind extends 'endpoint' | 'block' | 'token'>(kind: Kind, id: number) =>
  useLive(kind, useIsFar() ? NO_ID : String(id))

/** Of several objects, at every event. @param compute - returns a primitive. */
export function useFigure<Value extends string | number>(compute: (live: LiveStore) => Value): Value {
  const { live } = usePage()
  // The gateway's figures change with every event.
  const subscribe = useCallback((listener: () => void) => live.subscribe('gateway', '', listener), [live])
  return useSyncExternalStore(subscribe, () => compute(live))
}

/** @param compute - returns what JSON can hold; only when that differs is it rendered again. */
export const useFigures = <Values extends object>(compute: (live: LiveStore) => Values): Values =>
  JSON.parse(useFigure((live) => JSON.stringify(compute(live)))) as Values
