/** The condition of every endpoint by the last live figures. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { endpointCondition, type Condition } from './endpoint-condition.ts'
import { usePage } from '../state/page/page.tsx'

/** @returns conditions by id; the same map as before until a condition changes. */
export function useEndpointConditions({
  endpoints,
}: Pick<StateView, 'endpoints'>): ReadonlyMap<number, Condition> {
  const { live } = usePage()
  const subscribe = useCallback((listener: () => void) => live.subscribe('gateway', '', listener), [live])
  // Text compares equal where nothing has changed.
  const conditionList = useSyncExternalStore(subscribe, () =>
    endpoints.map((one) => endpointCondition(one, live.get('endpoint', String(one.id))).condition).join(),
  )
  return useMemo(() => {
    const conditions = conditionList.split(',') as Condition[]
    return new Map(endpoints.map(({ id }, index) => [id, conditions[index] ?? 'healthy']))
  }, [endpoints, conditionList])
}
