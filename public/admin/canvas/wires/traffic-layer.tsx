/** The surface on which traffic travels: as large as what is seen of the canvas, above the wires and below the cards. */
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
      const [x, y, zoom] = flow.getState().transform
      return { x, y, zoom }
    }
    // It lies within what is panned and zoomed, so that it comes between wires and cards, but itself stays in place.
    const stay = () => {
      const { x, y, zoom } = viewport()
      const { width, height } = flow.getState()
      canvas.style.width = `${width}px`
      canvas.style.height = `${height}px`
      canvas.style.transform = `scale(${1 / zoom}) translate(${-x}px, ${-y}px)`
    }
    stay()
    // What nobody has heard of for a while does not go on.
    const stop = traffic.start(canvas, viewport, () => still.matches || isStale(feed.ageMs()))
    const unsubscribe = flow.subscribe(stay)
    return () => {
      unsubscribe()
      stop()
    }
  }, [traffic, flow, feed])
  return <canvas ref={surface} className={styles.traffic} aria-hidden="true" />
}
