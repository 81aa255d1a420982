/** The condition of an endpoint: one word per condition, the most severe one where several apply. */
import { describe, expect, it } from 'vitest'
import type { CooldownScope } from '../../../../src/contract/endpoint.ts'
import { explainScope } from '../../../../public/admin/endpoint-condition/cooldown-scope.ts'
import {
  endpointCondition,
  isServing,
} from '../../../../public/admin/endpoint-condition/endpoint-condition.ts'

const fine = {
  enabled: true,
  connected: true,
  healthy: true,
  breaker_state: 'closed',
  cooldown_remaining_s: 0,
  cooldown_scope: null,
  health_check_error: null,
  last_error: null,
  health_check_path: null,
  total_requests: 1,
  inflight: 0,
} as const

const ofTeamA = {
  client: { client_token_id: 1, name: 'team-a' },
  model: null,
  others: 'served',
} as const
const coolingFor = (scope: CooldownScope) =>
  ({ ...fine, breaker_state: 'open', cooldown_remaining_s: 13.2, cooldown_scope: scope }) as const

describe('the condition of an endpoint', () => {
  it('is healthy without a notice when nothing is wrong', () => {
    expect(endpointCondition(fine)).toEqual({ condition: 'healthy', notice: undefined })
  })

  it('is not called healthy before a response or a health check has shown it', () => {
    const unasked = { ...fine, total_requests: 0 }
    expect(endpointCondition(unasked)).toEqual({ condition: 'not asked yet', notice: undefined })
    expect(endpointCondition({ ...unasked, inflight: 1 }).condition).toBe('no answer yet')
    expect(endpointCondition({ ...unasked, health_check_path: '/health' }).condition).toBe('healthy')
    expect(endpointCondition({ ...unasked, healthy: false }).condition).toBe('unhealthy')
    expect(endpointCondition({ ...unasked, connected: false }).condition).toBe('not wired')
    expect(isServing('not asked yet')).toBe(true)
  })

  it('shows what its health check failed with, whatever has failed since', () => {
    const failing = {
      ...fine,
      healthy: false,
      health_check_error: 'no answer in time',
      last_error: 'status 401',
    }
    expect(endpointCondition(failing).notice).toBe('unhealthy · no answer in time')
  })

  it('shows the remaining cooldown and its reason', () => {
    const cooling = { ...fine, breaker_state: 'open', cooldown_remaining_s: 13.2, last_error: '502' } as const
    expect(endpointCondition(cooling).notice).toBe('cooling 14 s · 502')
  })

  it.each<[string, CooldownScope]>([
    ['cooling 14 s for token team-a', ofTeamA],
    ['cooling 14 s for model m', { ...ofTeamA, client: null, model: 'm' }],
    ['cooling 14 s for token team-a, model m', { ...ofTeamA, model: 'm' }],
    ['cooling 14 s for requests without a model', { ...ofTeamA, client: null, model: '' }],
    [
      'cooling 14 s for a client without a token',
      { ...ofTeamA, client: { client_token_id: null, name: null } },
    ],
  ])('shows for whom alone it cools down: %s', (notice, scope) => {
    expect(endpointCondition(coolingFor(scope))).toEqual({ condition: 'partly cooling', notice })
  })

  it('is probing where others are served as probes only, and partly cooling after the cooldown of some', () => {
    const probed = coolingFor({ ...ofTeamA, others: 'probed' })
    expect(endpointCondition(probed)).toEqual({
      condition: 'probing',
      notice: 'probing · cooling 14 s for token team-a',
    })
    const over = { ...coolingFor(ofTeamA), breaker_state: 'half_open', cooldown_remaining_s: 0 } as const
    expect(endpointCondition(over)).toEqual({
      condition: 'partly cooling',
      notice: 'probing for token team-a',
    })
  })

  it('is explained in one sentence where it concerns some requests only', () => {
    expect(explainScope(fine)).toBeUndefined()
    expect(explainScope(coolingFor({ ...ofTeamA, model: 'm' }))).toBe(
      'Requests of token team-a for model m are held back until the cooldown ends; all others are served as usual.',
    )
    const over = { ...coolingFor({ ...ofTeamA, others: 'probed' }), breaker_state: 'half_open' } as const
    expect(explainScope(over)).toBe(
      'Requests of token team-a are sent one at a time, as probes; all others are sent one at a time, as probes.',
    )
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
