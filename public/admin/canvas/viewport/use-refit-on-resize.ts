/** Fits the canvas again when its size changes, if it was fitted before and has not been panned or zoomed since. */
import { getViewportForBounds, useReactFlow, useStore, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { FIT_OPTIONS, MIN_ZOOM } from '../model/fit-options.ts'

/** Largest difference by rounding. */
const TOLERANCE_PX = 1

export function useRefitOnResize(): void {
  const flow = useStoreApi()
  const { fitView, getNodes, getNodesBounds } = useReactFlow()
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)]
  const before = useRef({ width: 0, height: 0 })
  useEffect(() => {
    const size = before.current
    before.current = { width, height }
    if (size.width === 0 || size.height === 0) return
    const { padding, maxZoom } = FIT_OPTIONS
    const bounds = getNodesBounds(getNodes())
    const fitted = getViewportForBounds(bounds, size.width, size.height, MIN_ZOOM, maxZoom, padding)
    const [x, y, zoom] = flow.getState().transform
    const away = Math.hypot(fitted.x - x, fitted.y - y) + Math.abs(fitted.zoom - zoom)
    if (away < TOLERANCE_PX) void fitView(FIT_OPTIONS)
  }, [flow, fitView, getNodes, getNodesBounds, width, height])
}
