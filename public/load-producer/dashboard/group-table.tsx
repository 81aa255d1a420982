/** The table of results by endpoint, cache, attempts, status, limits or step. */
import { useState } from 'react'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { formatCount, formatMs, formatPercent } from '../../../src/load-engine/report/format-figure.ts'
import type { Group, GroupDimension } from '../../../src/load-engine/model/run-summary.ts'
import { Panel } from './panel.tsx'
import type { ShownCard } from './shown-card.ts'

const dimensions: readonly { readonly value: GroupDimension; readonly label: string }[] = [
  { value: 'endpoint', label: 'Endpoint' },
  { value: 'cache', label: 'Cache' },
  { value: 'attempts', label: 'Attempts' },
  { value: 'status', label: 'Status' },
  { value: 'rateLimit', label: 'Limits' },
  { value: 'step', label: 'Step' },
]

interface Row {
  readonly card: string
  readonly group: Group
  /** Percentage of all requests of its card. */
  readonly share: number
}

function rowsOf(shown: readonly ShownCard[], dimension: GroupDimension): Row[] {
  return shown.flatMap(({ scenario, groups }) => {
    const members = groups?.[dimension] ?? []
    const all = members.reduce((sum, { ok, failed }) => sum + ok + failed, 0)
    return members.map((group) => ({
      card: scenario.name,
      group,
      share: ((group.ok + group.failed) * 100) / Math.max(1, all),
    }))
  })
}

const columns: readonly Column<Row>[] = [
  { key: 'value', label: 'value', text: true, cell: ({ group }) => group.value },
  { key: 'card', label: 'card', text: true, cell: ({ card }) => card },
  { key: 'ok', label: 'answered', cell: ({ group }) => formatCount(group.ok) },
  { key: 'failed', label: 'failed', cell: ({ group }) => formatCount(group.failed) },
  { key: 'share', label: 'share', cell: ({ share }) => formatPercent(share) },
  { key: 'tokens', label: 'tokens', cell: ({ group }) => formatCount(group.completionTokens) },
  { key: 'ttft50', label: 'TTFT p50', cell: ({ group }) => formatMs(group.ttft?.p50Ms) },
  { key: 'ttft99', label: 'p99', cell: ({ group }) => formatMs(group.ttft?.p99Ms) },
  { key: 'tpot50', label: 'per token p50', cell: ({ group }) => formatMs(group.tpot?.p50Ms) },
  { key: 'e2e50', label: 'total p50', cell: ({ group }) => formatMs(group.e2e?.p50Ms) },
  { key: 'e2e99', label: 'p99', cell: ({ group }) => formatMs(group.e2e?.p99Ms) },
]

export function GroupTable({ shown }: { readonly shown: readonly ShownCard[] }) {
  const [dimension, setDimension] = useState<GroupDimension>('endpoint')
  const rows = rowsOf(shown, dimension)
  return (
    <Panel
      title="Groups"
      controls={<Segmented label="Group by" value={dimension} options={dimensions} onChange={setDimension} />}
    >
      <DataTable
        label="Results by group"
        columns={columns}
        rows={rows}
        keyOf={({ card, group }) => `${card}\n${group.value}`}
        empty={<EmptyState title="No results yet" />}
      />
    </Panel>
  )
}
