/** Badges, states, tables and other display components of the gallery. */
import { useState } from 'react'
import { Badge } from '../../../../public/ui/display/badge.tsx'
import { Button } from '../../../../public/ui/buttons/button.tsx'
import { DataTable, type Column, type SortOrder } from '../../../../public/ui/display/data-table.tsx'
import { EmptyState } from '../../../../public/ui/display/empty-state.tsx'
import { duration, MISSING } from '../../../../public/ui/format/figures.ts'
import { Kbd } from '../../../../public/ui/shortcuts/kbd.tsx'
import { Progress } from '../../../../public/ui/display/progress.tsx'
import { Section } from '../../../../public/ui/display/section.tsx'
import { Skeleton } from '../../../../public/ui/display/skeleton.tsx'
import { Stat } from '../../../../public/ui/display/stat.tsx'
import { StatusDot } from '../../../../public/ui/display/status-dot.tsx'
import styles from './gallery.module.css'

interface Row {
  readonly name: string
  readonly endpoint: string
  readonly ttft: number | null
}

const sampleRows: Row[] = Array.from({ length: 12 }, (_, index) => ({
  name: `12:04:3${index % 10}.${200 + index}`,
  endpoint: index % 3 === 0 ? 'vllm-eu-1' : 'an-endpoint-with-a-name-that-is-far-longer-than-a-column',
  ttft: index === 4 ? null : 178 + index * 111,
}))

const columns: Column<Row>[] = [
  { key: 'name', label: 'time', text: true, cell: ({ name }) => name },
  { key: 'endpoint', label: 'endpoint', text: true, sortable: true, cell: ({ endpoint }) => endpoint },
  { key: 'ttft', label: 'TTFT', sortable: true, cell: ({ ttft }) => duration(ttft) },
]

function Table() {
  const [order, setOrder] = useState<SortOrder>({ key: 'ttft', descending: true })
  const rows = sampleRows.toSorted((a, b) => ((a.ttft ?? -1) - (b.ttft ?? -1)) * (order.descending ? -1 : 1))
  return (
    <DataTable
      label="Requests"
      className={styles.table}
      columns={columns}
      rows={rows}
      keyOf={({ name }) => name}
      order={order}
      onOrder={setOrder}
    />
  )
}

export function Display() {
  return (
    <>
      <section className={styles.part} aria-label="States">
        <div className={styles.row}>
          <StatusDot tone="ok" pulsing /> healthy <StatusDot tone="warn" /> cooling <StatusDot tone="bad" />{' '}
          failing <StatusDot tone="info" /> probing <StatusDot tone="off" /> disabled
        </div>
        <div className={styles.row}>
          <Badge>50 %</Badge>
          <Badge tone="ok">SLO met · 98.9 %</Badge>
          <Badge tone="bad">SLO missed · 91.2 %</Badge>
          <Badge tone="warn">cooling 14 s</Badge>
          <Badge tone="info">probing</Badge>
          <Kbd keys="Mod+K" />
        </div>
        <Progress label="Endless" value={null} text="820 sent" running />
        <Progress label="baseline-64" value={0.62} text="1,240 of 2,000" running />
        <dl className={styles.pair}>
          <Stat caption="requests" value="2,060" note="104.2 /s" />
          <Stat caption="first token p50" value={MISSING} />
        </dl>
        <Skeleton label="Loading endpoints" lines={3} />
      </section>
      <section className={styles.part} aria-label="Lists">
        <Section name="gallery" title="Endpoints" note="3">
          <p>vllm-eu-1</p>
        </Section>
        <Table />
        <EmptyState title="No runs yet" action={<Button>Start all</Button>}>
          A run is saved as soon as a card starts.
        </EmptyState>
      </section>
    </>
  )
}
