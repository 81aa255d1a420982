/**
 * Fits all cards below what covers the top of the canvas. Fits them again when the canvas changes its size or more of it is
 * covered, unless it has been panned or zoomed since. Where less is covered the cards stay: they move only where they must.
 */
import { getViewportForBounds, useReactFlow, useStore, useStoreApi } from '@xyflow/react'
import { useCallback, useEffect, useRef } from 'react'
import { useLatest } from '../interaction/use-latest.ts'
import { fitOptions, LEAST_TOP, MIN_ZOOM, topOf } from '../model/fit-options.ts'
import { moveDurationMs } from './move-duration.ts'

/** Largest difference by rounding. */
const TOLERANCE_PX = 1

/**
 * @param covered - how much of the canvas is covered at its top, in pixels
 * @returns fits all cards; of a stable identity.
 */
export function useFitting(covered: number): (durationMs?: number) => void {
  const flow = useStoreApi()
  const { fitView, getNodes, getNodesBounds } = useReactFlow()
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)]
  // The first view of a canvas is fitted by the library.
  const isReady = useStore((state) => state.width > 0 && state.height > 0 && !state.fitViewQueued)
  const latest = useLatest(covered)
  const fitted = useRef({ width: 0, height: 0, top: LEAST_TOP, movesUntilMs: 0 })

  const fit = useCallback(
    (duration = moveDurationMs()) => {
      fitted.current.top = topOf(latest(), flow.getState().height)
      fitted.current.movesUntilMs = performance.now() + duration
      void fitView({ ...fitOptions(fitted.current.top), duration })
    },
    [flow, fitView, latest],
  )

  useEffect(() => {
    if (!isReady) return
    const last = fitted.current
    const size = last.width === 0 ? { width, height } : { width: last.width, height: last.height }
    const isFitted = (): boolean => {
      if (performance.now() < last.movesUntilMs) return true
      const { padding, maxZoom } = fitOptions(last.top)
      const bounds = getNodesBounds(getNodes())
      const wanted = getViewportForBounds(bounds, size.width, size.height, MIN_ZOOM, maxZoom, padding)
      const [x, y, zoom] = flow.getState().transform
      return Math.hypot(wanted.x - x, wanted.y - y) + Math.abs(wanted.zoom - zoom) < TOLERANCE_PX
    }
    const isResized = width !== size.width || height !== size.height
    const isCovered = topOf(covered, height) > last.top
    if ((isResized || isCovered) && isFitted()) fit(isResized ? 0 : moveDurationMs())
    Object.assign(last, { width, height })
  }, [flow, fit, getNodes, getNodesBounds, isReady, width, height, covered])
  return fit
}
