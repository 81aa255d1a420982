/** A placeholder for content that is loading. */
import styles from './skeleton.module.css'

interface SkeletonProps {
  /** Lines of text; 1 by default. */
  readonly lines?: number
  /** Announced to screen readers. */
  readonly label: string
}

export function Skeleton({ lines = 1, label }: SkeletonProps) {
  return (
    <div role="status" aria-label={label} className={styles.lines}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={styles.line} />
      ))}
    </div>
  )
}
