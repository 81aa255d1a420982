/** A single-line text field. Accepts all attributes of an input. */
import type { ComponentProps, ReactNode } from 'react'
import control from './control.module.css'
import { Field, type FieldProps } from './field.tsx'
import { joinClasses } from '../styles/join-classes.ts'

interface TextFieldProps extends FieldProps, Omit<ComponentProps<'input'>, keyof FieldProps> {
  /** Monospaced, for addresses, keys and the like. */
  readonly mono?: boolean
  /** Shown in the box after the text: a unit, or a small quiet button. */
  readonly suffix?: ReactNode
}

export function TextField({
  label,
  hideLabel,
  hint,
  error,
  className,
  id,
  mono = false,
  suffix,
  ...native
}: TextFieldProps) {
  return (
    <Field {...{ label, hideLabel, hint, error, className, id }}>
      {(fieldControl) => (
        <div className={control.control}>
          <input
            type="text"
            autoComplete="off"
            spellCheck={false}
            {...native}
            {...fieldControl}
            className={joinClasses(control.input, mono && control.mono)}
          />
          {suffix !== undefined && <span className={control.suffix}>{suffix}</span>}
        </div>
      )}
    </Field>
  )
}
