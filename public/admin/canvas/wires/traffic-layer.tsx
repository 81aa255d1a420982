/** The canvas element of the traffic animation: as large as the visible canvas, above the wires and below the cards. */
import { EdgeLabelRenderer, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { isStale } from '../../state/live/event-feed.ts'
import { usePage } from '../../state/page/page.tsx'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import styles from './wire.module.css'

const still = window.matchMedia('(prefers-reduced-motion: reduce)')

export function TrafficLayer() {
  return (
    <EdgeLabelRenderer>
      <Surface />
    </EdgeLabelRenderer>
  )
}

function Surface() {
  const { traffic } = useCanvasParts()
  const { feed } = usePage()
  const flow = useStoreApi()
  const surface = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = surface.current
    if (canvas === null) return
    const viewport = () => {
      const { transform, width, height } = flow.getState()
      const [x, y, zoom] = transform
      return { x, y, zoom, width, height }
    }
    // The element is inside the panned and zoomed layer, to be between wires and cards; the transform keeps it in place.
    const stay = () => {
      const { x, y, zoom, width, height } = viewport()
      canvas.style.width = `${width}px`
      canvas.style.height = `${height}px`
      canvas.style.transform = `scale(${1 / zoom}) translate(${-x}px, ${-y}px)`
    }
    stay()
    // Marks stop while the figures are stale.
    const marks = traffic.start(canvas, viewport, () => still.matches || isStale(feed.ageMs()))
    const unsubscribe = flow.subscribe((now, before) => {
      const isSame =
        now.transform === before.transform && now.width === before.width && now.height === before.height
      if (isSame) return
      stay()
      marks.moved()
    })
    return () => {
      unsubscribe()
      marks.stop()
    }
  }, [traffic, flow, feed])
  return <canvas ref={surface} className={styles.traffic} aria-hidden="true" />
}
