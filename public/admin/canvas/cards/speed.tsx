/** The tokens per second of a card, as text. */
import { rate } from '../../../ui/format/figures.ts'
import { useFigureOf } from './use-figure.ts'

interface SpeedProps {
  readonly kind: 'endpoint' | 'block' | 'token'
  readonly id: number
  /** Shown where the last event has no figures of the object. */
  readonly none?: string
  readonly unit?: string
}

export const Speed = ({ kind, id, none, unit = '' }: SpeedProps) =>
  useFigureOf(kind, String(id), (figures) =>
    figures === undefined && none !== undefined ? none : rate(figures?.tokens_per_second) + unit,
  )
