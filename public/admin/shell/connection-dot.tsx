/** The status of the event stream: live with the age of the figures, stale, or reconnecting. */
import { useStore } from 'zustand'
import { Button } from '../../ui/buttons/button.tsx'
import { StatusDot } from '../../ui/display/status-dot.tsx'
import { isStale } from '../state/live/event-feed.ts'
import { usePage } from '../state/page/page.tsx'
import { useDataAgeMs } from '../state/page/use-data-age.ts'
import styles from './connection-dot.module.css'

export function ConnectionDot() {
  const { feed } = usePage()
  const phase = useStore(feed.connection, (connection) => connection.phase)
  const ageMs = useDataAgeMs()
  const age = ageMs === undefined ? '' : `${(ageMs / 1000).toFixed(ageMs < 10_000 ? 1 : 0)} s`
  if (ageMs !== undefined && isStale(ageMs)) {
    return (
      <span
        className={styles.state}
        role="status"
        aria-label={`Stale since ${Math.round(ageMs / 1000)} seconds`}
      >
        <StatusDot tone="warn" />
        <span>
          Stale<span className={styles.since}> since {age}</span>
        </span>
        <Button size="small" onClick={feed.retry}>
          Retry
        </Button>
      </span>
    )
  }
  if (phase !== 'open') {
    return (
      <span className={styles.state} role="status">
        <StatusDot tone="warn" pulsing />
        <span>Connecting</span>
      </span>
    )
  }
  return (
    <span className={styles.state} role="status" aria-label="Live">
      <StatusDot tone="ok" pulsing />
      <span className={styles.word}>Live</span>
      <span className={styles.age}>{age}</span>
    </span>
  )
}
