/** The last changes of one object. */
import { useQuery } from '@tanstack/react-query'
import type { AuditEntry } from '../../../../src/contract/audit.ts'
import { Skeleton } from '../../../ui/display/skeleton.tsx'
import { relativeTime } from '../../format/relative-time.ts'
import { useGateway, usePage } from '../../state/page/page.tsx'
import styles from './panel.module.css'

interface ObjectHistoryProps {
  readonly type: 'endpoint' | 'incoming_block' | 'client_token'
  readonly id: number
}

export function ObjectHistory({ type, id }: ObjectHistoryProps) {
  const { call, queries } = usePage()
  const etag = useGateway((state) => state.etag)
  const { data, dataUpdatedAt } = useQuery(
    {
      queryKey: ['audit', type, id, etag],
      queryFn: () => call<AuditEntry[]>('GET', `/audit?limit=8&object_type=${type}&object_id=${id}`),
      placeholderData: (before) => before,
    },
    queries,
  )
  if (data === undefined) return <Skeleton label="Loading" lines={3} />
  return (
    <ul className={styles.rows}>
      {data.map((entry) => (
        <li key={entry.id}>
          <div>
            {entry.action} · {Object.keys(entry.after ?? entry.before ?? {}).join(', ') || 'no field'}
          </div>
          <div className={styles.muted}>
            {relativeTime(dataUpdatedAt - Date.parse(entry.at))} by {entry.actor}
          </div>
        </li>
      ))}
    </ul>
  )
}
