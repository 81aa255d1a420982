/** What stands around an input: its label, a hint, and the error that is read out with it. */
import { useId, type ReactNode } from 'react'
import styles from './field.module.css'
import hiding from '../styles/visually-hidden.module.css'
import { joinClasses } from '../styles/join-classes.ts'

/** The attributes that tie an input to its field. */
interface FieldControl {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

export interface FieldProps {
  readonly label: ReactNode
  /** For screen readers alone, where the place says it to the eye. */
  readonly hideLabel?: boolean | undefined
  readonly hint?: ReactNode
  /** What is wrong, and what would be right. */
  readonly error?: string | undefined
  readonly className?: string | undefined
}

interface WholeFieldProps extends FieldProps {
  readonly id?: string | undefined
  readonly children: (control: FieldControl) => ReactNode
}

export function Field({ id, label, hideLabel, hint, error, className, children }: WholeFieldProps) {
  const ownId = useId()
  const inputId = id ?? ownId
  const hintId = hint === undefined ? undefined : `${inputId}-hint`
  const errorId = error === undefined ? undefined : `${inputId}-error`
  return (
    <div className={joinClasses(styles.field, className)}>
      <label htmlFor={inputId} className={hideLabel ? hiding.hidden : styles.label}>
        {label}
      </label>
      {children({
        id: inputId,
        'aria-describedby': [errorId, hintId].filter((one) => one !== undefined).join(' ') || undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {error !== undefined && (
        <p id={errorId} className={styles.error}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={hintId} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  )
}
