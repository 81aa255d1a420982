/** Marks move on the lines only that are connected to what is selected. */
import { useEffect } from 'react'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import type { Line } from '../model/edges.ts'
import { DIMMED } from '../model/selected.ts'

export function useLitTraffic({ traffic }: Pick<CanvasParts, 'traffic'>, edges: readonly Line[]): void {
  useEffect(() => {
    const isDimmed = edges.some(({ className }) => className === DIMMED)
    const lit = edges.filter(({ className }) => className !== DIMMED).map(({ id }) => id)
    traffic.restrict(isDimmed ? new Set(lit) : undefined)
  }, [traffic, edges])
}
