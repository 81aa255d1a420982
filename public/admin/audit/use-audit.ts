/** Loads the audit page by page, newest first, and again when the configuration changes. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { AuditEntry } from '../../../src/contract/audit.ts'
import { useDebounced } from '../../ui/browser/use-debounced.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { auditQuery, type AuditFilter } from './audit-filter.ts'

const PAGE = 50
const TYPING_PAUSE_MS = 250

export function useAudit(filter: AuditFilter) {
  const { call, queries } = usePage()
  const settled = useDebounced(filter, TYPING_PAUSE_MS)
  const query = useInfiniteQuery({
    queryKey: ['audit', 'pages', settled],
    queryFn: ({ pageParam }) => call<AuditEntry[]>('GET', `/audit?${auditQuery(settled, pageParam, PAGE)}`),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
    placeholderData: (before) => before,
  })
  // Every change of the configuration sends a new state and adds an audit row.
  const state = useGateway((given) => given)
  useEffect(() => void queries.invalidateQueries({ queryKey: ['audit', 'pages'] }), [queries, state])
  return { ...query, entries: query.data?.pages.flat() }
}
