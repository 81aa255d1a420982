/** A usage table with sortable columns. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { usePage } from '../state/page/page.tsx'
import type { NodeKind } from '../state/node-ref.ts'
import type { UsageColumn, UsageOrder } from './usage-columns.ts'
import type { UsageRow } from './usage-rows.ts'
import styles from './usage-table.module.css'

const PAGE_SIZE = 200

interface UsageTableProps {
  readonly label: string
  readonly kind: NodeKind
  readonly columns: readonly UsageColumn[]
  /** Sorted rows. */
  readonly rows: readonly UsageRow[]
  readonly order: UsageOrder
  readonly onOrder: (order: UsageOrder) => void
}

export function UsageTable({ label, kind, columns, rows, order, onOrder }: UsageTableProps) {
  const { workspace } = usePage()
  const [shown, setShown] = useState(PAGE_SIZE)
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => (
            <tr key={row.id}>
              {columns.map(({ key, write }) => (
                <td key={key}>
                  {key === 'name' ? (
                    <button
                      type="button"
                      className={styles.name}
                      aria-label={`Show ${row.name} on the canvas`}
                      onClick={() => workspace.reveal({ kind, id: row.id })}
                    >
                      {row.name}
                    </button>
                  ) : (
                    write(row)
                  )}
                  {key === 'sharePercent' && (
                    <meter
                      className={styles.share}
                      min={0}
                      max={100}
                      value={row.sharePercent ?? 0}
                      aria-hidden="true"
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <Button onClick={() => setShown(shown + PAGE_SIZE)}>
          Show {Math.min(PAGE_SIZE, rows.length - shown)} more
        </Button>
      )}
    </div>
  )
}

type HeadingProps = Pick<UsageTableProps, 'order' | 'onOrder'> & { readonly column: UsageColumn }

function Heading({ column: { key, label }, order, onOrder }: HeadingProps) {
  const isSorted = order.key === key
  // Figures sort descending first, names ascending.
  const descending = isSorted ? !order.descending : key !== 'name'
  const Mark = order.descending ? ArrowDown : ArrowUp
  return (
    <th scope="col" aria-sort={isSorted ? (order.descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" className={styles.heading} onClick={() => onOrder({ key, descending })}>
        {label}
        {isSorted && <Mark aria-hidden="true" />}
      </button>
    </th>
  )
}
