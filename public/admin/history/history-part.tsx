/** The history of the usage view: charts and totals of a window, the changes in it, and the comparison with another. */
import { useState } from 'react'
import type { HistoryRangeView } from '../../../src/contract/traffic/history.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { problemOf } from '../api/problem.ts'
import { HistoryCharts } from './history-charts.tsx'
import { HistoryChoices } from './history-choices.tsx'
import { changeText, figureRows, type FigureRow } from './history-figures.ts'
import { firstChoice } from './history-windows.ts'
import styles from './history.module.css'
import { useHistory, type ComparedHistory } from './use-history.ts'

const moment = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

const times = ({ from, to }: HistoryRangeView): string =>
  moment.formatRange(new Date(from), new Date(Math.min(Date.parse(to), Date.now())))

export function HistoryPart({ state }: { readonly state: StateView }) {
  const [choice, setChoice] = useState(firstChoice)
  const { data, error } = useHistory(choice)
  return (
    <section className={styles.history} aria-labelledby="history-title">
      <h3 id="history-title">History</h3>
      <p className={styles.muted}>
        Of the last 35 days; in steps of ten seconds for a day, then of five minutes.
      </p>
      <HistoryChoices choice={choice} state={state} onChange={setChoice} />
      {data !== undefined ? (
        <Window history={data} state={state} />
      ) : error === null ? (
        <Skeleton label="Loading the history" lines={6} />
      ) : (
        <p role="alert" className={styles.trouble}>
          {problemOf(error)?.detail ?? error.message}
        </p>
      )}
    </section>
  )
}

const columnsOf = ({ shown, other }: ComparedHistory): readonly Column<FigureRow>[] => [
  { key: 'label', label: 'Figure', text: true, cell: ({ label }) => label },
  { key: 'shown', label: times(shown), cell: (row) => row.shown },
  ...(other
    ? [
        { key: 'other', label: times(other), cell: (row: FigureRow) => row.other },
        { key: 'difference', label: 'Difference', cell: (row: FigureRow) => row.difference },
      ]
    : []),
]

function Window({ history, state }: { readonly history: ComparedHistory; readonly state: StateView }) {
  const { shown, other } = history
  if (shown.points.requests.every((value) => value === null))
    return (
      <p role="status" className={styles.muted}>
        Nothing was recorded in this time.
      </p>
    )
  return (
    <>
      <HistoryCharts history={history} />
      <DataTable
        label="Totals of the history"
        columns={columnsOf(history)}
        rows={figureRows(shown.totals, other?.totals)}
        keyOf={({ label }) => label}
      />
      <Changes range={shown} state={state} />
    </>
  )
}

function Changes({ range, state }: { readonly range: HistoryRangeView; readonly state: StateView }) {
  const { changes, has_more_changes: hasMore } = range
  if (changes.length === 0)
    return <p className={styles.muted}>No change of the configuration in this time.</p>
  return (
    <>
      <h4 id="history-changes">Changes in this time</h4>
      {hasMore && <p className={styles.muted}>Only the last ones are marked.</p>}
      <ol className={styles.changes} aria-labelledby="history-changes" tabIndex={0}>
        {changes.map((change, index) => (
          <li key={change.id}>
            <span className={styles.number}>{index + 1}</span>
            <time dateTime={change.at}>{moment.format(new Date(change.at))}</time>
            <span className={styles.text}>{changeText(change, state)}</span>
            <code>{change.actor}</code>
          </li>
        ))}
      </ol>
    </>
  )
}
