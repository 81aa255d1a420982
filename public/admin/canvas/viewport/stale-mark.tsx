/** Shows over the canvas how old the figures are, once they are stale. */
import { Panel } from '@xyflow/react'
import { isStale } from '../../state/live/event-feed.ts'
import { useDataAgeMs } from '../../state/page/use-data-age.ts'
import styles from './stale-mark.module.css'

export function StaleMark() {
  const ageMs = useDataAgeMs()
  if (ageMs === undefined || !isStale(ageMs)) return null
  // The connection status in the top bar already informs screen readers.
  return (
    <Panel position="top-center" className={styles.stale} aria-hidden="true">
      Figures of {Math.round(ageMs / 1000)} s ago
    </Panel>
  )
}
