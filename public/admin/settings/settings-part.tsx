/** One part of the settings: title and text at the left, controls at the right. */
import { useId, type ReactNode } from 'react'
import styles from './settings-view.module.css'

interface SettingsPartProps {
  readonly title: string
  readonly hint?: ReactNode
  readonly children: ReactNode
}

export function SettingsPart({ title, hint, children }: SettingsPartProps) {
  const id = useId()
  return (
    <section className={styles.part} aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      </header>
      <div className={styles.body}>{children}</div>
    </section>
  )
}
