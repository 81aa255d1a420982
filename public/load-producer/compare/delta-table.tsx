/** The comparison of one card: each figure before and after, its change and the verdict. */
import { basisText } from './basis-text.ts'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { Notice } from '../../ui/display/notice.tsx'
import { Panel } from '../dashboard/panel.tsx'
import type { CardComparison, Delta, Verdict } from '../model/compare-runs.ts'
import {
  formatCount,
  formatMs,
  formatPercent,
  formatRate,
} from '../../../src/load-engine/report/format-figure.ts'
import styles from '../runs/runs.module.css'

const formats: Record<Delta['unit'], (value: number | null) => string> = {
  ms: formatMs,
  percent: formatPercent,
  per_s: formatRate,
  count: formatCount,
}

const verdictLabels: Record<Verdict, string> = {
  better: 'better',
  worse: 'worse',
  same: 'the same',
  unclear: 'may be noise',
  none: 'no verdict',
}

function changeText({ changePercent }: Delta): string {
  if (changePercent === null) return '–'
  return `${changePercent > 0 ? '+' : changePercent < 0 ? '−' : ''}${formatPercent(Math.abs(changePercent))}`
}

/** Said once for all of its figures. */
function limitText({ before, after }: CardComparison): string | undefined {
  const limited = [before?.tester?.isLimit && 'before', after?.tester?.isLimit && 'after'].filter(Boolean)
  return before === null || after === null || limited.length === 0
    ? undefined
    : `The tester was the limit of the run ${limited.join(' and of the run ')}: its figures say little of the target, and nothing is judged.`
}

const isMissing = ({ before, after }: Delta): boolean => before === null || after === null

const columns: readonly Column<Delta>[] = [
  { key: 'name', label: 'figure', text: true, cell: ({ name }) => name },
  { key: 'before', label: 'before', cell: ({ unit, before }) => formats[unit](before) },
  { key: 'after', label: 'after', cell: ({ unit, after }) => formats[unit](after) },
  { key: 'change', label: 'change', cell: changeText },
  {
    key: 'verdict',
    label: 'verdict',
    text: true,
    cell: (delta) => (
      <span className={styles[delta.verdict]}>{isMissing(delta) ? '–' : verdictLabels[delta.verdict]}</span>
    ),
  },
  {
    key: 'basis',
    label: 'rests on',
    text: true,
    cell: (delta) => (isMissing(delta) ? '–' : basisText(delta.basis)),
  },
]

export function DeltaTable({ comparison }: { readonly comparison: CardComparison }) {
  const { name, before, after, deltas, differingFields } = comparison
  const limit = limitText(comparison)
  return (
    <Panel title={name} note={noteOf(comparison)}>
      {limit !== undefined && <Notice>{limit}</Notice>}
      {before && after ? (
        <DataTable
          label={`Deltas of ${name}`}
          columns={columns}
          rows={deltas}
          keyOf={(delta) => delta.name}
        />
      ) : (
        <p className={styles.hint}>Only in the run {before ? 'before' : 'after'}: nothing to compare.</p>
      )}
      {differingFields.length > 0 && (
        <p className={styles.worse}>
          The scenarios differ in {differingFields.join(', ')}: the runs may have measured two different
          things.
        </p>
      )}
    </Panel>
  )
}

const noteOf = ({ before, after }: CardComparison): string =>
  `${formatCount(before?.counts.ok)} and ${formatCount(after?.counts.ok)} answers`
