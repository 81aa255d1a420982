/** Passes the zoom to the style sheet without rendering. */
import { useStoreApi } from '@xyflow/react'
import { useLayoutEffect, type RefObject } from 'react'
import {
  MIN_DETAIL_ZOOM,
  MIN_FULL_CHIP_ZOOM,
  MIN_NAME_ZOOM,
  MIN_TOKEN_SPEED_ZOOM,
} from '../model/zoom-detail.ts'

/** Sets `--steady`, which undoes the zoom, `data-far` where cards are too small for their details, `data-tight` where client tokens are for more than their names, `data-map` where all are for them, `data-narrow` where chips would cover their wires. */
export function useZoomStyle(canvas: RefObject<HTMLElement | null>): void {
  const flow = useStoreApi()
  useLayoutEffect(() => {
    let shown: number | undefined
    const show = (): void => {
      const zoom = flow.getState().transform[2]
      if (zoom === shown) return
      shown = zoom
      canvas.current?.style.setProperty('--steady', String(1 / zoom))
      canvas.current?.toggleAttribute('data-far', zoom < MIN_DETAIL_ZOOM)
      canvas.current?.toggleAttribute('data-tight', zoom < MIN_TOKEN_SPEED_ZOOM)
      canvas.current?.toggleAttribute('data-map', zoom < MIN_NAME_ZOOM)
      canvas.current?.toggleAttribute('data-narrow', zoom < MIN_FULL_CHIP_ZOOM)
    }
    show()
    return flow.subscribe(show)
  }, [flow, canvas])
}
