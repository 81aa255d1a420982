/** Number fields of the editor. An empty required field has the value NaN, which the schema refuses. */
import type { ReactNode } from 'react'
import { NumberField } from '../../../ui/fields/number-field.tsx'

interface NumberProps {
  readonly label: string
  readonly value: number | null
  readonly onValue: (value: number) => void
  readonly error: string | undefined
  readonly suffix?: string
  readonly hint?: ReactNode
  readonly step?: number
}

export function RequiredNumber({ onValue, ...rest }: NumberProps) {
  return <NumberField {...rest} onValueChange={(value) => onValue(value ?? NaN)} />
}

interface OptionalNumberProps extends Omit<NumberProps, 'onValue'> {
  readonly onValue: (value: number | null) => void
  /** Describes what an empty field means. */
  readonly placeholder: string
}

export function OptionalNumber({ onValue, ...rest }: OptionalNumberProps) {
  return <NumberField {...rest} onValueChange={onValue} />
}
