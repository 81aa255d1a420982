/** A multi-line text field that grows with its text up to a limit. */
import type { ComponentProps } from 'react'
import control from './control.module.css'
import { Field, type FieldProps } from './field.tsx'
import { joinClasses } from '../styles/join-classes.ts'
import styles from './text-area.module.css'

interface TextAreaProps extends FieldProps, Omit<ComponentProps<'textarea'>, keyof FieldProps> {
  readonly mono?: boolean
}

export function TextArea({
  label,
  hideLabel,
  hint,
  error,
  className,
  id,
  mono = false,
  ...native
}: TextAreaProps) {
  return (
    <Field {...{ label, hideLabel, hint, error, className, id }}>
      {(fieldControl) => (
        <textarea
          rows={3}
          {...native}
          {...fieldControl}
          className={joinClasses(control.control, styles.area, mono && control.mono)}
        />
      )}
    </Field>
  )
}
