/** A figure of a scenario's form: an emptied field that must not be empty is wrong, not zero. */
import type { ReactNode } from 'react'
import { NumberField } from '../../ui/number-field.tsx'

interface NumberProps {
  readonly label: string
  readonly value: number | null
  readonly onValue: (value: number) => void
  readonly error: string | undefined
  readonly suffix?: string
  readonly hint?: ReactNode
  readonly step?: number
}

export function Required({ onValue, ...rest }: NumberProps) {
  return <NumberField {...rest} onValueChange={(value) => onValue(value ?? NaN)} />
}

interface OptionalProps extends Omit<NumberProps, 'onValue'> {
  readonly onValue: (value: number | null) => void
  /** What empty means. */
  readonly placeholder: string
}

export function Optional({ onValue, ...rest }: OptionalProps) {
  return <NumberField {...rest} onValueChange={onValue} />
}
