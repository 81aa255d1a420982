/** A line of text. Takes what an input takes: `{...register('name')}` of react-hook-form too. */
import type { ComponentProps, ReactNode } from 'react'
import control from './control.module.css'
import { Field, type FieldProps } from './field.tsx'
import { joinClasses } from '../styles/join-classes.ts'

interface TextFieldProps extends FieldProps, Omit<ComponentProps<'input'>, keyof FieldProps> {
  /** Addresses, keys and other text of machines. */
  readonly mono?: boolean
  /** Inside the box, after the text: a unit, or a small quiet button. */
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
      {(tie) => (
        <div className={control.control}>
          <input
            type="text"
            autoComplete="off"
            spellCheck={false}
            {...native}
            {...tie}
            className={joinClasses(control.input, mono && control.mono)}
          />
          {suffix !== undefined && <span className={control.suffix}>{suffix}</span>}
        </div>
      )}
    </Field>
  )
}
