/** A headline figure with its caption. */
import type { ReactNode } from 'react'
import styles from './stat.module.css'

interface StatProps {
  readonly caption: ReactNode
  /** Formatted by `figures.ts`. */
  readonly value: ReactNode
  readonly note?: ReactNode
}

/** Must be a child of a `dl`. */
export function Stat({ caption, value, note }: StatProps) {
  return (
    <div className={styles.stat}>
      <dt className={styles.caption}>{caption}</dt>
      <dd className={styles.value}>{value}</dd>
      <dd className={styles.note}>{note ?? '\u00a0'}</dd>
    </div>
  )
}
