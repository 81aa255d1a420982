/** The condition of an endpoint, as a word and as a notice. */
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { LiveView } from '../../../src/contract/live.ts'

export type Condition = 'healthy' | 'cooling' | 'probing' | 'unhealthy' | 'disabled' | 'not wired'

type Live = Pick<
  LiveView['endpoints'][number],
  'cooldown_remaining_s' | 'breaker_state' | 'healthy' | 'last_error'
>

interface EndpointCondition {
  readonly condition: Condition
  /** Text for the foot of the card; undefined while nothing is wrong. */
  readonly notice: string | undefined
}

/** @param live - live figures; undefined before the first event, when the figures of the state are used */
export function endpointCondition(
  endpoint: Pick<EndpointView, 'enabled' | 'connected' | keyof Live>,
  live: Live = endpoint,
): EndpointCondition {
  const because = live.last_error === null ? '' : ` · ${live.last_error}`
  if (!endpoint.enabled) return { condition: 'disabled', notice: 'disabled' }
  if (live.cooldown_remaining_s > 0) {
    const left = `${Math.ceil(live.cooldown_remaining_s)} s`
    return { condition: 'cooling', notice: `cooling ${left}${because}` }
  }
  if (live.breaker_state === 'half_open') return { condition: 'probing', notice: `probing${because}` }
  if (!live.healthy) return { condition: 'unhealthy', notice: `unhealthy${because}` }
  if (!endpoint.connected) return { condition: 'not wired', notice: 'not wired' }
  return { condition: 'healthy', notice: undefined }
}
