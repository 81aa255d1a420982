/** The table of saved runs: open, rename, compare, export, import and delete. */
import { Ellipsis, Upload } from 'lucide-react'
import { useRef } from 'react'
import { Badge } from '../../ui/display/badge.tsx'
import { Button } from '../../ui/buttons/button.tsx'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { FileInput } from '../../ui/fields/file-input.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import {
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from '../../../src/load-engine/report/format-figure.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { LIMITED } from '../../../src/load-engine/report/tester-text.ts'
import { useImportFile } from '../profiles/use-import-file.ts'
import { useLibrary, usePage, useWorkspace } from '../state/page.tsx'
import { exportFormats, exportRun } from '../files/export-run.ts'
import { RunDetails } from './run-details.tsx'
import { RunName } from './run-name.tsx'
import hiding from '../../ui/styles/visually-hidden.module.css'
import styles from './runs.module.css'

const sum = (run: SavedRun, read: (card: SavedRun['cards'][number]) => number): number =>
  run.cards.reduce((total, card) => total + read(card), 0)

/** @returns the card of a run with one card; percentiles of several cards cannot be combined. */
const singleCard = (run: SavedRun) => (run.cards.length === 1 ? run.cards[0] : undefined)

const isLimited = (run: SavedRun): boolean => run.cards.some(({ tester }) => tester?.isLimit)

const columns: readonly Column<SavedRun>[] = [
  {
    key: 'name',
    label: 'run',
    text: true,
    // Beside the name, which a narrow screen shows first.
    cell: (run) => (
      <span className={styles.name}>
        <RunName run={run} />
        {isLimited(run) && <Badge tone="warn">{LIMITED}</Badge>}
      </span>
    ),
  },
  {
    key: 'at',
    label: 'started',
    text: true,
    cell: ({ startedAtMs }) => new Date(startedAtMs).toLocaleString('en-GB'),
  },
  { key: 'cards', label: 'cards', cell: ({ cards }) => formatCount(cards.length) },
  { key: 'ok', label: 'answered', cell: (run) => formatCount(sum(run, ({ counts }) => counts.ok)) },
  { key: 'failed', label: 'failed', cell: (run) => formatCount(sum(run, ({ counts }) => counts.failed)) },
  { key: 'tokens', label: 'tokens', cell: (run) => formatRate(sum(run, ({ tokensPerS }) => tokensPerS)) },
  { key: 'ttft', label: 'TTFT p50', cell: (run) => formatMs(singleCard(run)?.latency.ttft?.p50Ms) },
  { key: 'p99', label: 'p99', cell: (run) => formatMs(singleCard(run)?.latency.ttft?.p99Ms) },
  {
    key: 'good',
    label: 'goodput',
    cell: (run) => formatPercent(isLimited(run) ? undefined : singleCard(run)?.goodput.percent),
  },
  {
    key: 'acts',
    label: <span className={hiding.hidden}>Actions</span>,
    cell: (run) => <RunActions run={run} />,
  },
]

export function RunsView() {
  const { runs, isLoaded } = useLibrary()
  const { workspace } = usePage()
  const openId = useWorkspace((state) => state.openRun)
  const compared = useWorkspace((state) => state.compared)
  const open = runs.find(({ id }) => id === openId)
  const marked = compared.filter((id) => id !== null).length
  if (open) return <RunDetails run={open} onClose={() => workspace.setState({ openRun: null })} />
  return (
    <section aria-labelledby="runs-title" className={styles.view}>
      <header className={styles.head}>
        <h2 id="runs-title">Runs</h2>
        {marked > 0 && <Badge>{marked} of 2 chosen to compare</Badge>}
        <ImportButton />
        <Button disabled={marked < 2} onClick={() => workspace.show('compare')}>
          Compare
        </Button>
      </header>
      <DataTable
        label="Saved runs"
        columns={columns}
        rows={runs}
        keyOf={({ id }) => id}
        empty={
          isLoaded && (
            <EmptyState title="No runs yet">
              Each run is saved here by itself, every five seconds and at its end, in this browser.
            </EmptyState>
          )
        }
      />
    </section>
  )
}

function ImportButton() {
  const input = useRef<HTMLInputElement>(null)
  const importFile = useImportFile()
  return (
    <>
      <Button icon={<Upload />} className={styles.push} onClick={() => input.current?.click()}>
        Import run
      </Button>
      <FileInput
        ref={input}
        label="Run to import"
        accept=".json,application/json"
        onFile={(file) => void importFile(file)}
      />
    </>
  )
}

function RunActions({ run }: { readonly run: SavedRun }) {
  const { library, workspace } = usePage()
  const toasts = useToasts()
  const compared = useWorkspace((state) => state.compared)
  const [before, after] = compared
  const isMarked = compared.includes(run.id)
  const mark = (): void => {
    if (isMarked) workspace.setState({ compared: [before === run.id ? after : before, null] })
    else workspace.setState({ compared: before === null ? [run.id, null] : [before, run.id] })
  }
  const remove = (): void => {
    library.removeRun(run.id)
    toasts.info({
      title: `Run ${run.name} deleted`,
      action: { label: 'Undo', onClick: () => library.saveRun(run) },
    })
  }
  return (
    <span className={styles.acts}>
      <Button size="small" aria-pressed={isMarked} onClick={mark} aria-label={`Compare ${run.name}`}>
        {isMarked ? (before === run.id ? 'Before' : 'After') : 'Compare'}
      </Button>
      <Menu
        trigger={<IconButton size="small" label={`More for ${run.name}`} icon={<Ellipsis />} />}
        items={[
          { label: 'Open', onClick: () => workspace.setState({ openRun: run.id }) },
          ...exportFormats.map((format) => ({
            label: `Export: ${format.label}`,
            onClick: () => exportRun(run, format),
          })),
          { label: 'Delete', danger: true, separated: true, onClick: remove },
        ]}
      />
    </span>
  )
}
