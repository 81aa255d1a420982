/** A select field that uses the native list of the browser. */
import { ChevronDown } from 'lucide-react'
import type { ComponentProps } from 'react'
import control from './control.module.css'
import { Field, type FieldProps } from './field.tsx'
import { joinClasses } from '../styles/join-classes.ts'
import styles from './select-field.module.css'

interface SelectFieldProps<Value extends string>
  extends FieldProps, Omit<ComponentProps<'select'>, keyof FieldProps | 'onChange' | 'value'> {
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onValueChange: (value: Value) => void
}

export function SelectField<Value extends string>({
  label,
  hideLabel,
  hint,
  error,
  className,
  id,
  value,
  options,
  onValueChange,
  ...native
}: SelectFieldProps<Value>) {
  return (
    <Field {...{ label, hideLabel, hint, error, className, id }}>
      {(fieldControl) => (
        <div className={control.control}>
          <select
            {...native}
            {...fieldControl}
            value={value}
            onChange={(event) => onValueChange(event.target.value as Value)}
            className={joinClasses(control.input, styles.select)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown aria-hidden="true" className={styles.mark} />
        </div>
      )}
    </Field>
  )
}
