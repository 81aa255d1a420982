/** The colour and shape of each condition of an endpoint. */
import type { Tone } from '../../ui/display/status-dot.tsx'
import type { Condition } from './endpoint-condition.ts'

export const conditionTone: Record<Condition, Tone> = {
  healthy: 'ok',
  'not asked yet': 'off',
  'no answer yet': 'off',
  cooling: 'warn',
  'partly cooling': 'warn',
  probing: 'info',
  unhealthy: 'bad',
  disabled: 'off',
  'not wired': 'off',
}
