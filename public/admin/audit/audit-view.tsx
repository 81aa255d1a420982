/** The audit view: changes of the configuration, newest first. */
import { useState } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { problemOf } from '../api/problem.ts'
import { noFilter } from './audit-filter.ts'
import { AuditFilters } from './audit-filters.tsx'
import { AuditRow } from './audit-row.tsx'
import styles from './audit-view.module.css'
import { useAudit } from './use-audit.ts'

export function AuditView() {
  const [filter, setFilter] = useState(noFilter)
  const audit = useAudit(filter)
  return (
    <section className={styles.view} aria-labelledby="audit-title">
      <header className={styles.head}>
        <h2 id="audit-title">Audit</h2>
        <p>Every change, who made it, and what stood there before. Secrets are masked.</p>
      </header>
      <AuditFilters filter={filter} onChange={setFilter} />
      <Rows audit={audit} isNarrowed={filter !== noFilter} />
    </section>
  )
}

interface RowsProps {
  readonly audit: ReturnType<typeof useAudit>
  readonly isNarrowed: boolean
}

function Rows({ audit, isNarrowed }: RowsProps) {
  const { entries, error, hasNextPage, isFetchingNextPage, dataUpdatedAt } = audit
  if (error !== null) {
    return (
      <div role="alert" className={styles.trouble}>
        <p>{problemOf(error)?.detail ?? error.message}</p>
        <Button onClick={() => void audit.refetch()}>Try again</Button>
      </div>
    )
  }
  if (entries === undefined) return <Skeleton label="Loading the audit" lines={9} />
  if (entries.length === 0) {
    return (
      <p role="status" className={styles.nothing}>
        {isNarrowed ? 'Nothing in the audit fits this filter.' : 'Nothing has been changed yet.'}
      </p>
    )
  }
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">From and to</th>
            <th scope="col">Actor and request</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <AuditRow key={entry.id} entry={entry} now={dataUpdatedAt} />
          ))}
        </tbody>
      </table>
      <footer className={styles.foot}>
        {hasNextPage ? (
          <Button busy={isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            Show older changes
          </Button>
        ) : (
          <span>That is all.</span>
        )}
      </footer>
    </>
  )
}
