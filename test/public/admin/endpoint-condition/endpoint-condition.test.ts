/** The condition of an endpoint: one word per condition, the most severe one where several apply. */
import { describe, expect, it } from 'vitest'
import { endpointCondition } from '../../../../public/admin/endpoint-condition/endpoint-condition.ts'

const fine = {
  enabled: true,
  connected: true,
  healthy: true,
  breaker_state: 'closed',
  cooldown_remaining_s: 0,
  last_error: null,
} as const

describe('the condition of an endpoint', () => {
  it('is healthy without a notice when nothing is wrong', () => {
    expect(endpointCondition(fine)).toEqual({ condition: 'healthy', notice: undefined })
  })

  it('shows the remaining cooldown and its reason', () => {
    const cooling = { ...fine, breaker_state: 'open', cooldown_remaining_s: 13.2, last_error: '502' } as const
    expect(endpointCondition(cooling).notice).toBe('cooling 14 s · 502')
  })

  it('distinguishes all conditions', () => {
    const conditions = [
      fine,
      { ...fine, cooldown_remaining_s: 1 },
      { ...fine, breaker_state: 'half_open' as const },
      { ...fine, healthy: false },
      { ...fine, connected: false },
      { ...fine, enabled: false, cooldown_remaining_s: 1 },
    ].map((endpoint) => endpointCondition(endpoint).condition)
    expect(conditions).toEqual(['healthy', 'cooling', 'probing', 'unhealthy', 'not wired', 'disabled'])
  })
})
