/** Says over the canvas that its figures are of the past, once nothing has come from the server for a while. */
import { Panel } from '@xyflow/react'
import { isStale } from '../state/event-feed.ts'
import { useNewsAgeMs } from '../state/use-news-age.ts'
import styles from './canvas.module.css'

export function StaleMark() {
  const ageMs = useNewsAgeMs()
  if (ageMs === undefined || !isStale(ageMs)) return null
  // The bar at the top has told screen readers.
  return (
    <Panel position="top-center" className={styles.stale} aria-hidden="true">
      Figures of {Math.round(ageMs / 1000)} s ago
    </Panel>
  )
}
