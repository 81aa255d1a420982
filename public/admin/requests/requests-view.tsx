/** The requests view: where the last requests went and why. */
import { useMemo, useState } from 'react'
import type { DecisionView } from '../../../src/contract/traffic/decision.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { Switch } from '../../ui/fields/switch.tsx'
import { joinClasses } from '../../ui/styles/join-classes.ts'
import { problemOf } from '../api/problem.ts'
import table from '../models/table.module.css'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { addressOfFilter, filterOfAddress } from './decision-filter.ts'
import { DecisionFilters } from './decision-filters.tsx'
import { DecisionRow } from './decision-row.tsx'
import styles from './requests-view.module.css'
import { useDecisions } from './use-decisions.ts'
import { useNames, type NameOf } from './use-names.ts'
import { WhyDialog } from './why-dialog.tsx'

export function RequestsView() {
  const { workspace } = usePage()
  const address = useWorkspace((given) => given.filter)
  const filter = useMemo(() => filterOfAddress(address), [address])
  const [isLive, setLive] = useState(true)
  const [explained, setExplained] = useState<DecisionView>()
  const state = useGateway((given) => given)
  const nameOf = useNames(state)
  const decisions = useDecisions(filter, isLive)
  return (
    <section className={styles.view} aria-labelledby="requests-title">
      <header className={styles.head}>
        <div>
          <h2 id="requests-title">Requests</h2>
          <p>Where the last requests were sent, and why. Nothing of a prompt is kept.</p>
        </div>
        <Switch label="Live" checked={isLive} onChange={setLive} />
      </header>
      <DecisionFilters
        filter={filter}
        state={state}
        onChange={(next) => workspace.filterRequests(addressOfFilter(next))}
      />
      {decisions.data !== undefined ? (
        <Rows
          decisions={decisions.data}
          isNarrowed={addressOfFilter(filter) !== ''}
          nameOf={nameOf}
          onWhy={setExplained}
        />
      ) : decisions.error === null ? (
        <Skeleton label="Loading the requests" lines={9} />
      ) : (
        <div role="alert" className={styles.trouble}>
          <p>{problemOf(decisions.error)?.detail ?? decisions.error.message}</p>
          <Button onClick={() => void decisions.refetch()}>Try again</Button>
        </div>
      )}
      {explained && (
        <WhyDialog decision={explained} nameOf={nameOf} onClose={() => setExplained(undefined)} />
      )}
    </section>
  )
}

interface RowsProps {
  readonly decisions: readonly DecisionView[]
  readonly isNarrowed: boolean
  readonly nameOf: NameOf
  readonly onWhy: (decision: DecisionView) => void
}

function Rows({ decisions, isNarrowed, nameOf, onWhy }: RowsProps) {
  if (decisions.length === 0)
    return isNarrowed ? (
      <p role="status" className={styles.nothing}>
        None of the last requests fits this filter.
      </p>
    ) : (
      <EmptyState title="No request since the start">
        Each request that is sent to an endpoint appears here, with what was known of the others.
      </EmptyState>
    )
  return (
    <table className={joinClasses(table.table, styles.table)} aria-label="Requests">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Client</th>
          <th scope="col">Model</th>
          <th scope="col">Endpoint</th>
          <th scope="col">Reason</th>
          <th scope="col" className={table.figure}>
            Cached
          </th>
          <th scope="col" className={table.figure}>
            First token
          </th>
          <th scope="col" className={table.figure}>
            Took
          </th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {decisions.map((decision) => (
          <DecisionRow
            key={decision.number}
            decision={decision}
            client={
              decision.token_id === null
                ? nameOf('block', decision.block_id)
                : nameOf('token', decision.token_id)
            }
            endpoint={decision.endpoint_id === null ? '' : nameOf('endpoint', decision.endpoint_id)}
            onWhy={onWhy}
          />
        ))}
      </tbody>
    </table>
  )
}
