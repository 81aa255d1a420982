/** A number with its unit. The text stays as typed; arrow keys step (with Shift tenfold). */
import { useState, type ComponentProps, type KeyboardEvent, type ReactNode } from 'react'
import control from './control.module.css'
import { Field, type FieldProps } from './field.tsx'
import { joinClasses } from '../styles/join-classes.ts'

type NativeProps = Omit<
  ComponentProps<'input'>,
  keyof FieldProps | 'value' | 'defaultValue' | 'onChange' | 'type'
>

interface NumberFieldProps extends FieldProps, NativeProps {
  /** null while empty; NaN while the text is no number, which every schema refuses. */
  readonly value: number | null
  readonly onValueChange: (value: number | null) => void
  readonly min?: number
  readonly max?: number
  /** Of the arrow keys; 1. */
  readonly step?: number
  /** The unit: `s`, `%`. */
  readonly suffix?: ReactNode
}

const textOf = (value: number | null): string => (value === null || Number.isNaN(value) ? '' : String(value))

export function parseNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.')
  if (trimmed === '') return null
  return /^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(trimmed) ? Number(trimmed) : NaN
}

/** The next multiple of the step, within the limits. */
export function stepNumber(value: number | null, by: number, min: number, max: number): number {
  const start = value === null || Number.isNaN(value) ? 0 : value
  // Twelve digits take away what binary fractions add: 0.1 + 0.2.
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
  // What was typed stands for as long as it means the value: `1.` and `007` are not rewritten under the fingers.
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
      {(tie) => (
        <div className={control.control}>
          <input
            role="spinbutton"
            inputMode="decimal"
            autoComplete="off"
            aria-valuenow={value === null || Number.isNaN(value) ? undefined : value}
            aria-valuemin={Number.isFinite(min) ? min : undefined}
            aria-valuemax={Number.isFinite(max) ? max : undefined}
            {...native}
            {...tie}
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
