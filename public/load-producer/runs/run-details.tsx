/** The details of a saved run: its charts and the figures of its cards. */
import { ArrowLeft } from 'lucide-react'
import { useMemo } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { Notice } from '../../ui/display/notice.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { SourceCharts } from '../dashboard/time-charts.tsx'
import { Panel } from '../dashboard/panel.tsx'
import { describeArrival } from '../../../src/load-engine/report/describe-arrival.ts'
import {
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from '../../../src/load-engine/report/format-figure.ts'
import { metricNames, percentileNames, type CardSummary } from '../../../src/load-engine/model/run-summary.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { testerText } from '../../../src/load-engine/report/tester-text.ts'
import { exportFormats, exportRun } from '../files/export-run.ts'
import styles from './runs.module.css'

const columns: readonly Column<CardSummary>[] = [
  { key: 'card', label: 'card', text: true, cell: ({ scenario }) => scenario.name },
  { key: 'url', label: 'target', text: true, cell: ({ scenario }) => <code>{scenario.url}</code> },
  { key: 'model', label: 'model', text: true, cell: ({ scenario }) => scenario.model },
  { key: 'arrival', label: 'arrival', text: true, cell: ({ scenario }) => describeArrival(scenario) },
  { key: 'state', label: 'state', text: true, cell: ({ state }) => state },
  { key: 'time', label: 'duration', cell: ({ durationMs }) => formatMs(durationMs) },
  { key: 'ok', label: 'answered', cell: ({ counts }) => formatCount(counts.ok) },
  { key: 'failed', label: 'failed', cell: ({ counts }) => formatCount(counts.failed) },
  { key: 'dropped', label: 'dropped', cell: ({ counts }) => formatCount(counts.dropped) },
  { key: 'rate', label: 'requests', cell: ({ requestsPerS }) => formatRate(requestsPerS) },
  { key: 'tokens', label: 'tokens', cell: ({ tokensPerS }) => formatRate(tokensPerS) },
  ...metricNames.flatMap((metric) =>
    percentileNames.map((name): Column<CardSummary> => ({
      key: `${metric}${name}`,
      label: `${metric} ${name.replace('Ms', '')}`,
      cell: ({ latency }) => formatMs(latency[metric]?.[name]),
    })),
  ),
  {
    key: 'good',
    label: 'goodput',
    cell: ({ goodput, tester }) => formatPercent(tester?.isLimit ? undefined : goodput.percent),
  },
]

interface RunDetailsProps {
  readonly run: SavedRun
  readonly onClose: () => void
}

export function RunDetails({ run, onClose }: RunDetailsProps) {
  const sources = useMemo(
    () => run.cards.map(({ scenario, series }) => ({ name: scenario.name, series })),
    [run],
  )
  const limits = run.cards
    .filter(({ tester }) => tester?.isLimit)
    .map(({ scenario, tester }) => ({ name: scenario.name, text: testerText(tester) }))
  return (
    <section aria-labelledby="run-title" className={styles.view}>
      <header className={styles.head}>
        <Button icon={<ArrowLeft />} onClick={onClose}>
          All runs
        </Button>
        <h2 id="run-title" className={styles.title}>
          {run.name}
        </h2>
        <Menu
          trigger={<Button className={styles.push}>Export run</Button>}
          items={exportFormats.map((format) => ({
            label: format.label,
            onClick: () => exportRun(run, format),
          }))}
        />
      </header>
      {limits.map(({ name, text }) => (
        <Notice key={name}>
          The tester was the limit of {name}: {text}. The figures say little of the target, and there is no
          verdict.
        </Notice>
      ))}
      <SourceCharts sources={sources} />
      <Panel title="Cards">
        <DataTable
          label="Cards of the run"
          columns={columns}
          rows={run.cards}
          keyOf={({ cardId }) => cardId}
        />
      </Panel>
    </section>
  )
}
