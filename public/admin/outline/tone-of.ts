/** The colour and shape of each state of an endpoint. */
import type { Tone } from '../../ui/status-dot.tsx'
import type { Condition } from '../canvas/endpoint-condition.ts'

export const toneOf: Record<Condition, Tone> = {
  healthy: 'ok',
  cooling: 'warn',
  probing: 'info',
  unhealthy: 'bad',
  disabled: 'off',
  'not wired': 'off',
}
