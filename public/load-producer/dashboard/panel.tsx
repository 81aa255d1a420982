/** A panel of the dashboard: title, controls and content. */
import { useId, type ReactNode } from 'react'
import styles from './dashboard.module.css'

interface PanelProps {
  readonly title: string
  readonly note?: ReactNode
  readonly controls?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, note, controls, children }: PanelProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles.panel}>
      <header className={styles.head}>
        <h2 id={id}>
          {title} {note !== undefined && <span className={styles.note}>{note}</span>}
        </h2>
        {controls !== undefined && <div className={styles.controls}>{controls}</div>}
      </header>
      {children}
    </section>
  )
}
