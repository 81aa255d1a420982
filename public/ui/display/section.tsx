/** A collapsible section of a panel; the browser remembers whether it is open. */
import { ChevronRight } from 'lucide-react'
import { useId, useMemo, useSyncExternalStore, type ReactNode } from 'react'
import styles from './section.module.css'
import { createStoredSetting } from '../browser/stored-setting.ts'

interface SectionProps {
  /** Storage name of the open state. */
  readonly name: string
  readonly title: ReactNode
  /** Shown to the right of the title, such as a count. */
  readonly note?: ReactNode
  readonly openAtFirst?: boolean
  readonly children: ReactNode
}

export function Section({ name, title, note, openAtFirst = true, children }: SectionProps) {
  const id = useId()
  const setting = useMemo(
    () =>
      createStoredSetting(`section.${name}`, (stored) =>
        typeof stored === 'boolean' ? stored : openAtFirst,
      ),
    [name, openAtFirst],
  )
  const open = useSyncExternalStore(setting.subscribe, setting.get)
  return (
    <section aria-labelledby={id} className={styles.section}>
      <h3 className={styles.heading}>
        <button
          id={id}
          type="button"
          aria-expanded={open}
          className={styles.toggle}
          onClick={() => setting.set(!open)}
        >
          <ChevronRight aria-hidden="true" className={styles.mark} />
          <span className={styles.title}>{title}</span>
          {note !== undefined && <span className={styles.note}>{note}</span>}
        </button>
      </h3>
      {open && <div className={styles.body}>{children}</div>}
    </section>
  )
}
