/** The condition of an endpoint, as a word and as a notice. */
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { LiveView } from '../../../src/contract/live.ts'
import { scopeWords } from './cooldown-scope.ts'

/** `partly cooling`: for the requests of one client or for one model only. */
export type Condition =
  'healthy' | 'cooling' | 'partly cooling' | 'probing' | 'unhealthy' | 'disabled' | 'not wired'

type Live = Pick<
  LiveView['endpoints'][number],
  'cooldown_remaining_s' | 'breaker_state' | 'cooldown_scope' | 'healthy' | 'last_error'
>

/** An endpoint that cools down for some requests serves the others. */
export const isServing = (condition: Condition | undefined): boolean =>
  condition === 'healthy' || condition === 'partly cooling'

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
  const scope = live.cooldown_scope
  const whom = scope === null ? '' : ` for ${scopeWords(scope)}`
  const cooling =
    live.cooldown_remaining_s > 0 ? `cooling ${Math.ceil(live.cooldown_remaining_s)} s${whom}` : undefined
  if (cooling !== undefined && scope === null) return { condition: 'cooling', notice: cooling + because }
  if (live.breaker_state === 'half_open' && scope?.others !== 'served')
    return { condition: 'probing', notice: `probing${because}` }
  if (scope?.others === 'probed') return { condition: 'probing', notice: `probing · ${cooling}${because}` }
  if (!live.healthy) return { condition: 'unhealthy', notice: `unhealthy${because}` }
  if (scope !== null) return { condition: 'partly cooling', notice: (cooling ?? `probing${whom}`) + because }
  if (!endpoint.connected) return { condition: 'not wired', notice: 'not wired' }
  return { condition: 'healthy', notice: undefined }
}
