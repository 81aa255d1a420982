/** The log of the last requests, newest first, with a filter and a pause button. */
import { Pause, Play } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { formatCount, formatMs } from '../../../src/load-engine/report/format-figure.ts'
import type { LogEntry } from '../../../src/load-engine/model/log-entry.ts'
import { useLive, usePage } from '../state/page.tsx'
import styles from './dashboard.module.css'
import { Panel } from './panel.tsx'
import type { ShownCard } from './shown-card.ts'

/** Few enough to be rendered four times a second. */
const MAX_ROWS = 50

const timeOf = (atMs: number): string => {
  const at = new Date(atMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return `${time}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

const orMissing = (text: string): string => (text === '' ? '–' : text)

function Status({ outcome, status, detail }: LogEntry) {
  const words =
    outcome === 'ok' ? String(status ?? '–') : `${status ?? ''} ${outcome.replaceAll('_', ' ')}`.trim()
  return (
    <span className={outcome === 'ok' || outcome === 'cancelled' ? undefined : styles.failed} title={detail}>
      {words}
    </span>
  )
}

const columns: readonly Column<LogEntry>[] = [
  { key: 'time', label: 'time', text: true, cell: ({ atMs }) => <code>{timeOf(atMs)}</code> },
  { key: 'card', label: 'card', text: true, cell: ({ cardName }) => cardName },
  { key: 'endpoint', label: 'endpoint', text: true, cell: ({ endpoint }) => orMissing(endpoint) },
  { key: 'status', label: 'status', text: true, cell: (entry) => <Status {...entry} /> },
  { key: 'ttft', label: 'TTFT', cell: ({ ttftMs }) => formatMs(ttftMs) },
  { key: 'tpot', label: 'per token', cell: ({ tpotMs }) => formatMs(tpotMs) },
  { key: 'total', label: 'total', cell: ({ e2eMs }) => formatMs(e2eMs) },
  { key: 'tokens', label: 'tokens', cell: ({ completionTokens }) => formatCount(completionTokens) },
  { key: 'cache', label: 'cache', text: true, cell: ({ cache }) => orMissing(cache) },
  { key: 'attempts', label: 'attempts', cell: ({ attempts }) => orMissing(attempts) },
  {
    key: 'id',
    label: 'request id',
    text: true,
    cell: ({ requestId }) => <code>{orMissing(requestId)}</code>,
  },
  { key: 'limit', label: 'rate limit', text: true, cell: ({ rateLimit }) => orMissing(rateLimit) },
]

const kinds = [
  { value: 'all', label: 'All' },
  { value: 'failed', label: 'Failed' },
] as const
type Kind = (typeof kinds)[number]['value']

const hasText = (entry: LogEntry, text: string): boolean =>
  [
    entry.cardName,
    entry.endpoint,
    entry.outcome,
    String(entry.status ?? ''),
    entry.cache,
    entry.requestId,
    entry.detail,
    entry.rateLimit,
    entry.step,
  ].some((field) => field.toLowerCase().includes(text))

export function RequestLog({ shown }: { readonly shown: readonly ShownCard[] }) {
  const { engine, live } = usePage()
  const log = useDeferredValue(useLive((state) => state.log))
  const [pausedLog, setPausedLog] = useState<readonly LogEntry[] | null>(null)
  const [text, setText] = useState('')
  const [kind, setKind] = useState<Kind>('all')
  const ids = new Set(shown.map(({ id }) => id))
  const filterText = text.trim().toLowerCase()
  const matching = (pausedLog ?? log).filter(
    (entry) =>
      ids.has(entry.cardId) &&
      (kind === 'all' || (entry.outcome !== 'ok' && entry.outcome !== 'cancelled')) &&
      (filterText === '' || hasText(entry, filterText)),
  )
  const rows = matching.slice(-MAX_ROWS).reverse()
  const pause = async (): Promise<void> => {
    setPausedLog(live.getState().log)
    setPausedLog(await engine.readLog())
  }
  return (
    <Panel
      title="Requests"
      note={`the last ${rows.length}`}
      controls={
        <>
          <Segmented label="Requests shown" value={kind} options={kinds} onChange={setKind} />
          <TextField
            id="log-filter"
            label="Filter the request log"
            hideLabel
            placeholder="Filter"
            value={text}
            onChange={(event) => setText(event.target.value)}
            className={styles.filter}
          />
          <Button
            icon={pausedLog === null ? <Pause /> : <Play />}
            onClick={() => (pausedLog === null ? void pause() : setPausedLog(null))}
          >
            {pausedLog === null ? 'Hold still' : 'Go on'}
          </Button>
        </>
      }
    >
      <DataTable
        label="Request log"
        columns={columns}
        rows={rows}
        keyOf={({ number }) => number}
        className={styles.log}
        empty={
          <EmptyState title={filterText === '' && kind === 'all' ? 'No requests yet' : 'Nothing matches'} />
        }
      />
    </Panel>
  )
}
