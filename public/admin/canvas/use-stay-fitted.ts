/** Keeps everything in view when panels open and close beside the canvas, where it has been in view and no hand has moved it since. */
import { getViewportForBounds, useReactFlow, useStore, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { FIT_AT_ONCE, LEAST_ZOOM } from './fit.ts'

/** Pixels by which rounding may differ. */
const CLOSE = 1

export function useStayFitted(): void {
  const flow = useStoreApi()
  const { fitView, getNodes, getNodesBounds } = useReactFlow()
  const [width, height] = [useStore((state) => state.width), useStore((state) => state.height)]
  const before = useRef({ width: 0, height: 0 })
  useEffect(() => {
    const size = before.current
    before.current = { width, height }
    if (size.width === 0 || size.height === 0) return
    const { padding, maxZoom } = FIT_AT_ONCE
    const bounds = getNodesBounds(getNodes())
    const fitted = getViewportForBounds(bounds, size.width, size.height, LEAST_ZOOM, maxZoom, padding)
    const [x, y, zoom] = flow.getState().transform
    const away = Math.hypot(fitted.x - x, fitted.y - y) + Math.abs(fitted.zoom - zoom)
    if (away < CLOSE) void fitView(FIT_AT_ONCE)
  }, [flow, fitView, getNodes, getNodesBounds, width, height])
}
