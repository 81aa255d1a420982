/** What a card shows at low zoom: its name and one detail. */
import type { ReactNode } from 'react'
import styles from './far-summary.module.css'

interface FarSummaryProps {
  readonly name: string
  /** Shown before the name. */
  readonly mark?: ReactNode
  readonly detail: ReactNode
}

export const FarSummary = ({ name, mark, detail }: FarSummaryProps) => (
  <div className={styles.summary} aria-hidden="true">
    <span className={styles.name} data-far-name>
      {mark}
      <span className={styles.cut}>{name}</span>
    </span>
    <span className={styles.detail}>{detail}</span>
  </div>
)
