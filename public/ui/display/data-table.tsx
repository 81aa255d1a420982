/** A table with right-aligned figures, a sticky header and sortable columns. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { Key, ReactNode } from 'react'
import styles from './data-table.module.css'
import { joinClasses } from '../styles/join-classes.ts'

export interface Column<Row> {
  readonly key: string
  readonly label: ReactNode
  readonly cell: (row: Row) => ReactNode
  /** Whether the column is text, which is left-aligned; figures are right-aligned. */
  readonly text?: boolean
  /** Whether the header sorts by this column. */
  readonly sortable?: boolean
}

export interface SortOrder {
  readonly key: string
  readonly descending: boolean
}

interface DataTableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  /** Already sorted. */
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => Key
  readonly order?: SortOrder | undefined
  readonly onOrder?: ((order: SortOrder) => void) | undefined
  /** Shown when there are no rows. */
  readonly empty?: ReactNode
  readonly className?: string | undefined
}

/** The cells of the first column are row headers. The table scrolls in both directions within its container. */
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
    // Focusable, so that the keyboard can scroll it.
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
  // The first click sorts figures descending and text ascending.
  const descending = sorted ? !sorted.descending : text !== true
  const SortIcon = sorted?.descending ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : undefined}
      className={className}
    >
      <button type="button" className={styles.sort} onClick={() => onOrder({ key, descending })}>
        {label}
        {sorted && <SortIcon aria-hidden="true" />}
      </button>
    </th>
  )
}
