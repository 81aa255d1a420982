/** Tells the style sheet how far away the canvas is, without rendering anything. */
import { useStoreApi } from '@xyflow/react'
import { useLayoutEffect, type RefObject } from 'react'
import { FAR_ZOOM, NARROW_ZOOM } from './far.ts'

/** Sets `--steady`, which undoes the zoom, `data-far` where cards are too small for their details, `data-narrow` where chips would cover their wires. */
export function useSteady(canvas: RefObject<HTMLElement | null>): void {
  const flow = useStoreApi()
  useLayoutEffect(() => {
    let shown: number | undefined
    const show = (): void => {
      const zoom = flow.getState().transform[2]
      if (zoom === shown) return
      shown = zoom
      canvas.current?.style.setProperty('--steady', String(1 / zoom))
      canvas.current?.toggleAttribute('data-far', zoom < FAR_ZOOM)
      canvas.current?.toggleAttribute('data-narrow', zoom < NARROW_ZOOM)
    }
    show()
    return flow.subscribe(show)
  }, [flow, canvas])
}
