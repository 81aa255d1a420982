/** The figures of a group of endpoints: sums, and how many are in which condition. */
import type { EndpointView } from '../../../../src/contract/endpoint.ts'
import {
  bySeverity,
  endpointCondition,
  isServing,
  type Condition,
} from '../../endpoint-condition/endpoint-condition.ts'
import type { LiveStore } from '../../state/live/live-store.ts'

const IN_TROUBLE: readonly Condition[] = ['unhealthy', 'cooling', 'probing', 'partly cooling']
/** What stands for the whole group: the first that any endpoint has. One that was never asked does not hide those that are healthy. */
const STANDING: readonly Condition[] = [...IN_TROUBLE, 'healthy', 'no answer yet', 'not asked yet']

export interface GroupConditions {
  /** Of conditions that any endpoint has, the worst first. */
  readonly counts: readonly (readonly [Condition, number])[]
  /** The worst of those that could serve. */
  readonly worst: Condition
  readonly serving: number
  /** Names of those that fail or cool down, the worst first. */
  readonly troubled: readonly string[]
}

export function groupConditions(endpoints: readonly EndpointView[], live: LiveStore): GroupConditions {
  const conditions = endpoints.map((endpoint) => ({
    name: endpoint.name,
    condition: endpointCondition(endpoint, live.get('endpoint', String(endpoint.id))).condition,
  }))
  const named = (wanted: Condition) => conditions.filter(({ condition }) => condition === wanted)
  const counts = bySeverity.map((one) => [one, named(one).length] as const).filter(([, count]) => count > 0)
  return {
    counts,
    worst:
      STANDING.find((one) => counts.some(([condition]) => condition === one)) ?? counts[0]?.[0] ?? 'disabled',
    serving: conditions.filter(({ condition }) => isServing(condition)).length,
    troubled: IN_TROUBLE.flatMap((one) => named(one).map(({ name }) => name)),
  }
}

export const sumOf = (
  endpoints: readonly EndpointView[],
  live: LiveStore,
  figure: 'tokens_per_second' | 'inflight' | 'requests_per_second',
): number => endpoints.reduce((sum, { id }) => sum + (live.get('endpoint', String(id))?.[figure] ?? 0), 0)

/** The sum of the limits; 0 where any endpoint has none. */
export const limitOf = (endpoints: readonly EndpointView[]): number =>
  endpoints.some(({ max_concurrent: most }) => most === 0)
    ? 0
    : endpoints.reduce((sum, { max_concurrent: most }) => sum + most, 0)
