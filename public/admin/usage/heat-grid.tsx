/** The cells of the heat, each with its figures in words, which the pointer and the focus bring to sight. */
import { memo, useState, type FocusEvent, type KeyboardEvent, type MouseEvent } from 'react'
import type { FirstTokenHistoryView } from '../../../src/contract/traffic/live.ts'
import hiddenStyles from '../../ui/styles/visually-hidden.module.css'
import styles from './first-token-heat.module.css'
import { cellWords, stepTimes, type HeatRow } from './heat-rows.ts'
import { levelOf, type HeatScale } from './heat-scale.ts'

interface Cell {
  readonly row: number
  readonly step: number
}

interface HeatGridProps {
  readonly rows: readonly HeatRow[]
  readonly history: FirstTokenHistoryView
  readonly scale: HeatScale
}

const moves: Readonly<Record<string, (cell: Cell, last: Cell) => Cell>> = {
  ArrowLeft: ({ row, step }) => ({ row, step: step - 1 }),
  ArrowRight: ({ row, step }) => ({ row, step: step + 1 }),
  ArrowUp: ({ row, step }) => ({ row: row - 1, step }),
  ArrowDown: ({ row, step }) => ({ row: row + 1, step }),
  Home: ({ row }) => ({ row, step: 0 }),
  End: ({ row }, { step }) => ({ row, step }),
}

const cellOf = ({ target }: { readonly target: EventTarget }): Cell | undefined => {
  const cell = target instanceof Element ? target.closest('td') : null
  if (cell?.parentElement instanceof HTMLTableRowElement)
    // The first row is the heading of the steps, the first cell of each the name.
    return { row: cell.parentElement.rowIndex - 1, step: cell.cellIndex - 1 }
  return undefined
}

export function HeatGrid({ rows, history, scale }: HeatGridProps) {
  const times = stepTimes(history)
  const last = { row: rows.length - 1, step: times.length - 1 }
  const [pointed, setPointed] = useState<Cell>()
  // A single cell can be reached by Tab; the arrow keys lead on from it.
  const [reached, setReached] = useState<Cell>()
  const entry = { row: Math.min(reached?.row ?? 0, last.row), step: reached?.step ?? last.step }
  const named = pointed && rows[pointed.row]

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const from = cellOf(event)
    const next = from && moves[event.key]?.(from, last)
    if (next === undefined) return
    event.preventDefault()
    event.currentTarget.rows[next.row + 1]?.cells[next.step + 1]?.focus()
  }
  const onFocus = (event: FocusEvent) => {
    setReached(cellOf(event))
    setPointed(cellOf(event))
  }
  return (
    <>
      <table
        role="grid"
        aria-labelledby="heat-title"
        className={styles.grid}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onBlur={() => setPointed(undefined)}
        onMouseOver={(event: MouseEvent) => setPointed(cellOf(event))}
        onMouseLeave={() => setPointed(undefined)}
      >
        <thead>
          <tr>
            <th scope="col">
              <span className={hiddenStyles.hidden}>Endpoint</span>
            </th>
            {times.map((time) => (
              <th key={time} scope="col">
                <span className={hiddenStyles.hidden}>{time}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Row
              key={row.id}
              row={row}
              low={scale.lowMs}
              high={scale.highMs}
              entryStep={index === entry.row ? entry.step : undefined}
            />
          ))}
        </tbody>
      </table>
      <div className={styles.axis} aria-hidden="true">
        <span>5 min ago</span>
        <span className={styles.told}>
          {pointed && named && `${named.name} · ${times[pointed.step]} · ${cellWords(named, pointed.step)}`}
        </span>
        <span>now</span>
      </div>
    </>
  )
}

interface RowProps {
  readonly row: HeatRow
  readonly low: number
  readonly high: number
  /** The step of the cell that Tab reaches, where it is in this row. */
  readonly entryStep: number | undefined
}

const Row = memo(function Row({ row, low, high, entryStep }: RowProps) {
  return (
    <tr>
      <th scope="row" title={row.name}>
        {row.name}
      </th>
      {row.first_token_ms.map((ms, step) => (
        <td
          key={step}
          tabIndex={step === entryStep ? 0 : -1}
          data-level={ms === null ? undefined : levelOf(ms, { lowMs: low, highMs: high })}
        >
          <span className={hiddenStyles.hidden}>{cellWords(row, step)}</span>
        </td>
      ))}
    </tr>
  )
})
