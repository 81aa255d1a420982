/** The table that compares all cards that have run. */
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import {
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from '../../../src/load-engine/report/format-figure.ts'
import type { CardSnapshot } from '../../../src/load-engine/protocol/messages.ts'
import { meanRates } from '../format/mean-rates.ts'
import { useCards, useLive } from '../state/page.tsx'
import styles from './dashboard.module.css'
import { Panel } from './panel.tsx'

interface Row {
  readonly id: string
  readonly name: string
  readonly snapshot: CardSnapshot
}

const columnsOf = (onOpen: (id: string) => void): Column<Row>[] => [
  {
    key: 'card',
    label: 'card',
    text: true,
    cell: ({ id, name }) => (
      <button type="button" className={styles.link} title={name} onClick={() => onOpen(id)}>
        {name}
      </button>
    ),
  },
  { key: 'state', label: 'state', text: true, cell: ({ snapshot }) => snapshot.state },
  { key: 'ok', label: 'answered', cell: ({ snapshot }) => formatCount(snapshot.counts.ok) },
  { key: 'failed', label: 'failed', cell: ({ snapshot }) => formatCount(snapshot.counts.failed) },
  { key: 'dropped', label: 'dropped', cell: ({ snapshot }) => formatCount(snapshot.counts.dropped) },
  {
    key: 'rate',
    label: 'requests',
    cell: ({ snapshot }) => formatRate(meanRates(snapshot).requestsPerS),
  },
  { key: 'tokens', label: 'tokens', cell: ({ snapshot }) => formatRate(meanRates(snapshot).tokensPerS) },
  { key: 'ttft50', label: 'TTFT p50', cell: ({ snapshot }) => formatMs(snapshot.latency.ttft?.p50Ms) },
  { key: 'ttft99', label: 'p99', cell: ({ snapshot }) => formatMs(snapshot.latency.ttft?.p99Ms) },
  { key: 'tpot50', label: 'per token p50', cell: ({ snapshot }) => formatMs(snapshot.latency.tpot?.p50Ms) },
  { key: 'tpot99', label: 'p99', cell: ({ snapshot }) => formatMs(snapshot.latency.tpot?.p99Ms) },
  { key: 'e2e50', label: 'total p50', cell: ({ snapshot }) => formatMs(snapshot.latency.e2e?.p50Ms) },
  { key: 'e2e99', label: 'p99', cell: ({ snapshot }) => formatMs(snapshot.latency.e2e?.p99Ms) },
  { key: 'goodput', label: 'goodput', cell: ({ snapshot }) => formatPercent(snapshot.goodput.percent) },
]

export function CardTable({ onOpen }: { readonly onOpen: (id: string) => void }) {
  const cards = useCards()
  const live = useLive((state) => state.cards)
  const rows = cards.flatMap(({ id, scenario }) => {
    const one = live[id]
    return one ? [{ id, name: scenario.name, snapshot: one.snapshot }] : []
  })
  return (
    <Panel title="Cards" note="all figures over the whole run">
      <DataTable label="Comparison of cards" columns={columnsOf(onOpen)} rows={rows} keyOf={({ id }) => id} />
    </Panel>
  )
}
