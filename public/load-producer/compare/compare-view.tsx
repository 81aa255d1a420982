/** Compares two saved runs: overlaid charts, and a table of differences per card. */
import { useMemo } from 'react'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { SourceCharts } from '../dashboard/time-charts.tsx'
import { compareRuns, type CardComparison } from '../model/compare-runs.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import styles from '../runs/runs.module.css'
import { useLibrary, usePage, useWorkspace } from '../state/page.tsx'
import { DeltaTable } from './delta-table.tsx'

const NONE = ''

const labelOf = ({ name, startedAtMs }: SavedRun): string =>
  `${name} · ${new Date(startedAtMs).toLocaleString('en-GB')}`

export function CompareView() {
  const { runs } = useLibrary()
  const { workspace } = usePage()
  const [beforeId, afterId] = useWorkspace((state) => state.compared)
  // Without a selection, the two newest runs are compared.
  const before = runs.find(({ id }) => id === beforeId) ?? (beforeId === null ? runs[1] : undefined)
  const after = runs.find(({ id }) => id === afterId) ?? (afterId === null ? runs[0] : undefined)
  const options = [
    { value: NONE, label: 'Choose a run' },
    ...runs.map((run) => ({ value: run.id, label: labelOf(run) })),
  ]
  const choose = (next: readonly [string | null, string | null]): void =>
    workspace.setState({ compared: next })
  return (
    <section aria-labelledby="compare-title" className={styles.view}>
      <header className={styles.head}>
        <h2 id="compare-title">Compare</h2>
      </header>
      {runs.length < 2 ? (
        <EmptyState title="Two runs are needed">
          There {runs.length === 1 ? 'is one saved run' : 'are no saved runs'} yet. Each run is saved by
          itself; make two and lay them over each other here.
        </EmptyState>
      ) : (
        <div className={styles.head}>
          <SelectField
            label="Before"
            value={before?.id ?? NONE}
            options={options}
            className={styles.pick}
            onValueChange={(id) => choose([id, after?.id ?? null])}
          />
          <SelectField
            label="After"
            value={after?.id ?? NONE}
            options={options}
            className={styles.pick}
            onValueChange={(id) => choose([before?.id ?? null, id])}
          />
        </div>
      )}
      {before && after && <Comparison before={before} after={after} />}
    </section>
  )
}

function Comparison({ before, after }: { readonly before: SavedRun; readonly after: SavedRun }) {
  const comparisons = useMemo(() => compareRuns(before, after), [before, after])
  const sources = useMemo(() => comparisons.flatMap(sourcesOf), [comparisons])
  return (
    <>
      <SourceCharts sources={sources} />
      {comparisons.map((comparison, index) => (
        <DeltaTable key={index} comparison={comparison} />
      ))}
      <p className={styles.hint}>
        Better and worse are said only where chance alone would do it less than once in twenty times, were the
        requests, or the blocks of time, independent. Answers and tokens a second are those of successes.
        Several runs of the same kind tell more.
      </p>
    </>
  )
}

const sourcesOf = ({ name, before, after }: CardComparison) => [
  ...(before ? [{ name: `before: ${name}`, series: before.series }] : []),
  ...(after ? [{ name: `after: ${name}`, series: after.series }] : []),
]
