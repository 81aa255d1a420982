/** Displays a shortcut as keys. */
import styles from './kbd.module.css'
import { shownKeys } from './shortcut-keys.ts'

interface KbdProps {
  /** For example `Mod+K`. */
  readonly keys: string
}

export function Kbd({ keys }: KbdProps) {
  return (
    <span className={styles.keys}>
      {shownKeys(keys).map((key) => (
        <kbd key={key} className={styles.key}>
          {key}
        </kbd>
      ))}
    </span>
  )
}
