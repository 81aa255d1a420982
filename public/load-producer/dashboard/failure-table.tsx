/** The table of failures by kind and status, the most frequent first. Hidden when nothing failed. */
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { formatCount } from '../../../src/load-engine/report/format-figure.ts'
import { failureName, type CardSummary } from '../../../src/load-engine/model/run-summary.ts'
import { Panel } from './panel.tsx'
import type { ShownCard } from './shown-card.ts'

type Failure = CardSummary['failures'][number]

interface Row extends Failure {
  readonly card: string
}

const columns: readonly Column<Row>[] = [
  { key: 'kind', label: 'kind', text: true, cell: ({ kind }) => failureName(kind) },
  { key: 'status', label: 'status', cell: ({ status }) => status ?? '–' },
  { key: 'card', label: 'card', text: true, cell: ({ card }) => card },
  { key: 'count', label: 'requests', cell: ({ count }) => formatCount(count) },
  { key: 'example', label: 'the last of them', text: true, cell: ({ example }) => example || '–' },
]

export function FailureTable({ shown }: { readonly shown: readonly ShownCard[] }) {
  const rows = shown
    .flatMap(({ scenario, snapshot }): Row[] =>
      snapshot.failures.map((failure) => ({ ...failure, card: scenario.name })),
    )
    .sort((left, right) => right.count - left.count)
  if (rows.length === 0) return null
  return (
    <Panel title="Failures">
      <DataTable
        label="Failures by kind"
        columns={columns}
        rows={rows}
        keyOf={({ card, kind, status }) => `${card}\n${kind}\n${status}`}
      />
    </Panel>
  )
}
