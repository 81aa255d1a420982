/** The frame of an input: label, hint and error, linked to the input for screen readers. */
import { useId, type ReactNode } from 'react'
import styles from './field.module.css'
import hiding from '../styles/visually-hidden.module.css'
import { joinClasses } from '../styles/join-classes.ts'

/** The attributes that link an input to its label, hint and error. */
interface FieldControl {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

export interface FieldProps {
  readonly label: ReactNode
  /** Shows the label to screen readers only. */
  readonly hideLabel?: boolean | undefined
  readonly hint?: ReactNode
  /** What is wrong and what is accepted. */
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
        'aria-describedby': [errorId, hintId].filter((idRef) => idRef !== undefined).join(' ') || undefined,
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
