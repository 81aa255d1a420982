/** A number field with a unit. The text stays as typed; arrow keys change the value by a step, with Shift by ten steps. */
import { useState, type ComponentProps, type KeyboardEvent, type ReactNode } from 'react'
import control from './control.module.css'
import { Field, type FieldProps } from './field.tsx'
import { joinClasses } from '../styles/join-classes.ts'

type NativeProps = Omit<
  ComponentProps<'input'>,
  keyof FieldProps | 'value' | 'defaultValue' | 'onChange' | 'type'
>

interface NumberFieldProps extends FieldProps, NativeProps {
  /** null while empty; NaN while the text is not a number, which every schema refuses. */
  readonly value: number | null
  readonly onValueChange: (value: number | null) => void
  readonly min?: number
  readonly max?: number
  /** Step of the arrow keys; 1 by default. */
  readonly step?: number
  /** The unit: `s`, `%`. */
  readonly suffix?: ReactNode
}

const textOf = (value: number | null): string => (value === null || Number.isNaN(value) ? '' : String(value))

/** @returns null for blank text, NaN for text that is not a plain decimal number. Accepts a comma as decimal separator. */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.')
  if (trimmed === '') return null
  return /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)$/.test(trimmed) ? Number(trimmed) : NaN
}

/** @returns `value + by`, clamped to the limits. An empty or invalid value counts as 0. */
export function stepNumber(value: number | null, by: number, min: number, max: number): number {
  const start = value === null || Number.isNaN(value) ? 0 : value
  // Rounding to twelve digits removes binary rounding errors, such as of 0.1 + 0.2.
  return Math.min(max, Math.max(min, Number((start + by).toPrecision(12))))
}

export function NumberField({
  label,
  hideLabel,
  hint,
  error,
  className,
  id,
  value,
  onValueChange,
  min = -Infinity,
  max = Infinity,
  step = 1,
  suffix,
  onKeyDown,
  ...native
}: NumberFieldProps) {
  const [typed, setTyped] = useState(() => textOf(value))
  // The typed text stays while it means the current value, so that `1.` and `007` are not rewritten during typing.
  const text = Object.is(parseNumber(typed), value) ? typed : textOf(value)

  function change(next: string): void {
    setTyped(next)
    onValueChange(parseNumber(next))
  }

  function stepByKey(event: KeyboardEvent<HTMLInputElement>): void {
    onKeyDown?.(event)
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (direction === 0 || event.defaultPrevented || native.readOnly || native.disabled) return
    event.preventDefault()
    change(String(stepNumber(value, direction * step * (event.shiftKey ? 10 : 1), min, max)))
  }

  return (
    <Field {...{ label, hideLabel, hint, error, className, id }}>
      {(fieldControl) => (
        <div className={control.control}>
          <input
            role="spinbutton"
            inputMode="decimal"
            autoComplete="off"
            aria-valuenow={value === null || Number.isNaN(value) ? undefined : value}
            aria-valuemin={Number.isFinite(min) ? min : undefined}
            aria-valuemax={Number.isFinite(max) ? max : undefined}
            {...native}
            {...fieldControl}
            type="text"
            value={text}
            onChange={(event) => change(event.target.value)}
            onKeyDown={stepByKey}
            className={joinClasses(control.input)}
          />
          {suffix !== undefined && <span className={control.suffix}>{suffix}</span>}
        </div>
      )}
    </Field>
  )
}
