/** The usage view: requests and tokens of each endpoint, incoming block and client token. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { CopyButton } from '../../ui/buttons/copy-button.tsx'
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { Switch } from '../../ui/fields/switch.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { problemOf } from '../api/problem.ts'
import { HistoryPart } from '../history/history-part.tsx'
import { usePage } from '../state/page/page.tsx'
import type { NodeKind } from '../state/node-ref.ts'
import { sortUsageRows, usageColumns, usageCsv, type UsageOrder } from './usage-columns.ts'
import { FirstTokenHeat } from './first-token-heat.tsx'
import { hasLoadTests, usageRows, withoutLoadTests } from './usage-rows.ts'
import { UsageTable } from './usage-table.tsx'
import styles from './usage-view.module.css'

const REFRESH_MS = 5000

const kinds = [
  { value: 'endpoint', label: 'Endpoints' },
  { value: 'block', label: 'Incoming blocks' },
  { value: 'token', label: 'Client tokens' },
] as const

export function UsageView() {
  const { call } = usePage()
  const [kind, setKind] = useState<NodeKind>('endpoint')
  const usage = useQuery({
    queryKey: ['usage'],
    queryFn: () => call<StateView>('GET', '/state'),
    refetchInterval: REFRESH_MS,
  })
  return (
    <section className={styles.view} aria-labelledby="usage-title">
      <header className={styles.head}>
        <h2 id="usage-title">Usage</h2>
        <p>Since the counters were last reset, restarts included.</p>
      </header>
      <Segmented label="Usage by" value={kind} options={kinds} onChange={setKind} />
      {usage.data !== undefined ? (
        <Table key={kind} kind={kind} state={usage.data} />
      ) : usage.error === null ? (
        <Skeleton label="Loading the usage" lines={6} />
      ) : (
        <div role="alert" className={styles.trouble}>
          <p>{problemOf(usage.error)?.detail ?? usage.error.message}</p>
          <Button onClick={() => void usage.refetch()}>Try again</Button>
        </div>
      )}
      {usage.data !== undefined && <HistoryPart state={usage.data} />}
      {kind === 'endpoint' && usage.data !== undefined && <FirstTokenHeat endpoints={usage.data.endpoints} />}
    </section>
  )
}

function Table({ kind, state }: { readonly kind: NodeKind; readonly state: StateView }) {
  const [order, setOrder] = useState<UsageOrder>({ key: 'completionTokens', descending: true })
  const [text, setText] = useState('')
  const [countsTests, setCountsTests] = useState(true)
  const columns = usageColumns.filter(({ endpointsOnly }) => !endpointsOnly || kind === 'endpoint')
  const canLeaveOut = kind !== 'endpoint' && hasLoadTests(state)
  const all = usageRows(canLeaveOut && !countsTests ? withoutLoadTests(state) : state, kind)
  const wanted = text.trim().toLowerCase()
  const rows = sortUsageRows(
    all.filter(({ name }) => name.toLowerCase().includes(wanted)),
    order,
  )
  const label = kinds.find(({ value }) => value === kind)?.label ?? ''
  return (
    <>
      <div className={styles.tools}>
        <TextField
          type="search"
          label={`Filter ${label.toLowerCase()}`}
          hideLabel
          placeholder="Filter by name"
          className={styles.filter}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        {canLeaveOut && <Switch label="Count load tests" checked={countsTests} onChange={setCountsTests} />}
        <CopyButton size="medium" text={usageCsv(columns, rows)} label="Copy as CSV" />
      </div>
      {rows.length === 0 ? (
        <p role="status" className={styles.nothing}>
          {all.length === 0 ? `There are no ${label.toLowerCase()} yet.` : 'No name contains that.'}
        </p>
      ) : (
        <UsageTable
          label={`Usage by ${label.toLowerCase()}`}
          kind={kind}
          columns={columns}
          rows={rows}
          order={order}
          onOrder={setOrder}
        />
      )}
    </>
  )
}
