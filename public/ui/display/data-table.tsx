/** Rows of figures: figures to the right, a heading that stays, columns that sort. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { Key, ReactNode } from 'react'
import styles from './data-table.module.css'
import { joinClasses } from '../styles/join-classes.ts'

export interface Column<Row> {
  readonly key: string
  readonly label: ReactNode
  readonly cell: (row: Row) => ReactNode
  /** To the left; figures stand to the right. */
  readonly text?: boolean
  /** Whether the heading offers to sort by it. */
  readonly sortable?: boolean
}

export interface SortOrder {
  readonly key: string
  readonly descending: boolean
}

interface DataTableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  /** In order already. */
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => Key
  readonly order?: SortOrder | undefined
  readonly onOrder?: ((order: SortOrder) => void) | undefined
  /** In place of rows where there are none. */
  readonly empty?: ReactNode
  readonly className?: string | undefined
}

/** The first column names its row. Scrolls inside its place, both ways. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  order,
  onOrder,
  empty,
  className,
}: DataTableProps<Row>) {
  return (
    // Scrolled by keyboard too.
    <div role="group" aria-label={label} tabIndex={0} className={joinClasses(styles.scroll, className)}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} {...{ column, order, onOrder }} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ key, cell, text }, index) =>
                index === 0 ? (
                  <th key={key} scope="row" className={text ? styles.text : undefined}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={key} className={text ? styles.text : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </div>
  )
}

interface HeadingProps<Row> extends Pick<DataTableProps<Row>, 'order' | 'onOrder'> {
  readonly column: Column<Row>
}

function Heading<Row>({ column: { key, label, text, sortable }, order, onOrder }: HeadingProps<Row>) {
  const className = text ? styles.text : undefined
  if (!sortable || onOrder === undefined)
    return (
      <th scope="col" className={className}>
        {label}
      </th>
    )
  const sorted = order?.key === key ? order : undefined
  // Figures are asked for by the largest, words from A.
  const descending = sorted ? !sorted.descending : text !== true
  const Mark = sorted?.descending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : undefined}
      className={className}
    >
      <button type="button" className={styles.sort} onClick={() => onOrder({ key, descending })}>
        {label}
        {sorted && <Mark aria-hidden="true" />}
      </button>
    </th>
  )
}
