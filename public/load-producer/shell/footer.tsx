/** The footer: totals of all cards. */
import { formatCount } from '../../../src/load-engine/report/format-figure.ts'
import { useLive } from '../state/page.tsx'
import styles from './footer.module.css'

export function Footer() {
  const total = useLive((live) => live.total)
  const figures = [
    ['running', total?.running ?? 0],
    ['in flight', total?.counts.inFlight ?? 0],
    ['sent', total?.counts.sent ?? 0],
    ['failed', total?.counts.failed ?? 0],
  ] as const
  return (
    <footer className={styles.bar}>
      {figures.map(([caption, value]) => (
        <span key={caption} data-figure={caption}>
          <b>{formatCount(value)}</b> {caption}
        </span>
      ))}
      <span className={styles.end}>run saved every 5 s · keys are never exported</span>
    </footer>
  )
}
