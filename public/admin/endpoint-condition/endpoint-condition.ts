/** The condition of an endpoint, as a word and as a notice. */
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { scopeWords } from './cooldown-scope.ts'

/**
 * - `partly cooling`: for the requests of one client or for one model only.
 * - `not asked yet`, `no answer yet`: nothing is wrong, but no response and no health check has shown that it is well.
 */
export type Condition =
  | 'healthy'
  | 'not asked yet'
  | 'no answer yet'
  | 'cooling'
  | 'partly cooling'
  | 'probing'
  | 'unhealthy'
  | 'disabled'
  | 'not wired'

/** The worst first. */
export const bySeverity: readonly Condition[] = [
  'unhealthy',
  'cooling',
  'probing',
  'partly cooling',
  'not wired',
  'disabled',
  'no answer yet',
  'not asked yet',
  'healthy',
]

type Live = Pick<
  LiveView['endpoints'][number],
  | 'cooldown_remaining_s'
  | 'breaker_state'
  | 'cooldown_scope'
  | 'healthy'
  | 'health_check_error'
  | 'last_error'
  | 'total_requests'
  | 'inflight'
>

/** Whether it takes requests. One that cools down for some takes the others. */
export const isServing = (condition: Condition | undefined): boolean =>
  isWell(condition) || condition === 'partly cooling'

/** Whether nothing is known to be wrong with it. */
export const isWell = (condition: Condition | undefined): boolean =>
  condition === 'healthy' || condition === 'not asked yet' || condition === 'no answer yet'

interface EndpointCondition {
  readonly condition: Condition
  /** Text for the foot of the card; undefined while nothing is wrong. */
  readonly notice: string | undefined
}

const after = (reason: string | null): string => (reason === null ? '' : ` · ${reason}`)

/** @param live - live figures; undefined before the first event, when the figures of the state are used */
export function endpointCondition(
  endpoint: Pick<EndpointView, 'enabled' | 'connected' | 'health_check_path' | keyof Live>,
  live: Live = endpoint,
): EndpointCondition {
  const because = after(live.last_error)
  if (!endpoint.enabled) return { condition: 'disabled', notice: 'disabled' }
  const scope = live.cooldown_scope
  const whom = scope === null ? '' : ` for ${scopeWords(scope)}`
  const cooling =
    live.cooldown_remaining_s > 0 ? `cooling ${Math.ceil(live.cooldown_remaining_s)} s${whom}` : undefined
  if (cooling !== undefined && scope === null) return { condition: 'cooling', notice: cooling + because }
  if (live.breaker_state === 'half_open' && scope?.others !== 'served')
    return { condition: 'probing', notice: `probing${because}` }
  if (scope?.others === 'probed') return { condition: 'probing', notice: `probing · ${cooling}${because}` }
  if (!live.healthy) return { condition: 'unhealthy', notice: `unhealthy${after(live.health_check_error)}` }
  if (scope !== null) return { condition: 'partly cooling', notice: (cooling ?? `probing${whom}`) + because }
  if (!endpoint.connected) return { condition: 'not wired', notice: 'not wired' }
  const isProven = live.total_requests > 0 || endpoint.health_check_path !== null
  if (isProven) return { condition: 'healthy', notice: undefined }
  return { condition: live.inflight > 0 ? 'no answer yet' : 'not asked yet', notice: undefined }
}
