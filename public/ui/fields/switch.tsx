/** An on/off switch. */
import { Switch as Base } from '@base-ui/react/switch'
import { useId, type ReactNode } from 'react'
import { joinClasses } from '../styles/join-classes.ts'
import styles from './switch.module.css'
import hiding from '../styles/visually-hidden.module.css'

interface SwitchProps {
  readonly label: ReactNode
  readonly hideLabel?: boolean
  readonly hint?: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

export function Switch({ label, hideLabel = false, hint, checked, onChange, disabled = false }: SwitchProps) {
  const id = useId()
  return (
    <div className={styles.row}>
      <div className={joinClasses(styles.text, hideLabel && hiding.hidden)}>
        <span id={`${id}-label`}>{label}</span>
        {hint !== undefined && (
          <span id={`${id}-hint`} className={styles.hint}>
            {hint}
          </span>
        )}
      </div>
      <Base.Root
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-labelledby={`${id}-label`}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className={styles.track}
      >
        <Base.Thumb className={styles.thumb} />
      </Base.Root>
    </div>
  )
}
