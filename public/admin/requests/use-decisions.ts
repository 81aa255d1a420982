/** Loads the last decisions, again and again while the view is open. */
import { useQuery } from '@tanstack/react-query'
import type { DecisionView } from '../../../src/contract/traffic/decision.ts'
import { useDebounced } from '../../ui/browser/use-debounced.ts'
import { usePage } from '../state/page/page.tsx'
import { decisionsQuery, type DecisionFilter } from './decision-filter.ts'

const SHOWN = 100
const REFRESH_MS = 2_000
const TYPING_PAUSE_MS = 250

/** @param isLive - whether they are loaded again by themselves. */
export function useDecisions(filter: DecisionFilter, isLive: boolean) {
  const { call } = usePage()
  const settled = useDebounced(filter, TYPING_PAUSE_MS)
  return useQuery({
    queryKey: ['decisions', settled],
    queryFn: () => call<DecisionView[]>('GET', `/decisions?${decisionsQuery(settled, SHOWN)}`),
    refetchInterval: isLive ? REFRESH_MS : false,
    placeholderData: (before) => before,
  })
}
