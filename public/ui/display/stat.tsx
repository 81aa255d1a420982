/** One figure with its caption; a headline of a page. */
import type { ReactNode } from 'react'
import styles from './stat.module.css'

interface StatProps {
  readonly caption: ReactNode
  /** As written by `figures.ts`. */
  readonly value: ReactNode
  readonly note?: ReactNode
}

/** Belongs into a `dl`. */
export function Stat({ caption, value, note }: StatProps) {
  return (
    <div className={styles.stat}>
      <dt className={styles.caption}>{caption}</dt>
      <dd className={styles.value}>{value}</dd>
      <dd className={styles.note}>{note ?? '\u00a0'}</dd>
    </div>
  )
}
