/** A progress bar. */
import styles from './progress.module.css'
import { joinClasses } from '../styles/join-classes.ts'

interface ProgressProps {
  /** Accessible name. */
  readonly label: string
  /** From 0 to 1; null for an unknown total. */
  readonly value: number | null
  /** Read by screen readers instead of the percentage: `1,240 of 2,000`. */
  readonly text?: string
  /** Whether to animate a bar of unknown total. */
  readonly running?: boolean
}

export function Progress({ label, value, text, running = false }: ProgressProps) {
  const part = value === null ? undefined : Math.min(1, Math.max(0, value))
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={part === undefined ? undefined : Math.floor(part * 100)}
      aria-valuetext={text}
      className={styles.track}
    >
      {part === undefined ? (
        <div className={joinClasses(styles.bar, running && styles.endless)} />
      ) : (
        <div className={styles.bar} style={{ transform: `scaleX(${part})` }} />
      )}
    </div>
  )
}
