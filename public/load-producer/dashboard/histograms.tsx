/** Histograms of latencies by endpoint, of first tokens or of whole responses, and of the time per output token. */
import { useMemo } from 'react'
import { BarChart } from '../../ui/charts/bar-chart.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { formatMs } from '../../../src/load-engine/report/format-figure.ts'
import type { LatencySummary } from '../../../src/load-engine/model/run-summary.ts'
import styles from './dashboard.module.css'
import { isStream } from '../../../src/load-engine/model/api-calls.ts'
import { mergeBars } from '../model/merge-bars.ts'
import { Panel } from './panel.tsx'
import { seriesColor, type ShownCard } from './shown-card.ts'

const MAX_ENDPOINTS = 6

interface Group {
  readonly label: string
  readonly color: string
  readonly members: readonly (LatencySummary | null)[]
}

interface HistogramProps {
  readonly label: string
  readonly groups: readonly Group[]
  /** What is said while there are no values. */
  readonly empty?: string
}

function Histogram({ label, groups, empty = 'No results yet' }: HistogramProps) {
  const { bounds, counts } = useMemo(() => mergeBars(groups.map(({ members }) => members)), [groups])
  const bars = useMemo(
    () =>
      groups.map(({ label: name, color }, index) => ({ label: name, color, counts: counts[index] ?? [] })),
    [groups, counts],
  )
  if (bounds.length === 0) return <EmptyState title={empty} />
  return <BarChart label={label} bounds={bounds} groups={bars} format={formatMs} height={170} />
}

/** @returns the six endpoints with the most responses. */
function endpointGroups(shown: readonly ShownCard[], metric: 'ttft' | 'e2e'): Group[] {
  const byEndpoint = new Map<string, { responses: number; members: (LatencySummary | null)[] }>()
  for (const { groups } of shown)
    for (const { value, ok, [metric]: latency } of groups?.endpoint ?? []) {
      const endpoint = byEndpoint.get(value) ?? { responses: 0, members: [] }
      endpoint.responses += ok
      endpoint.members.push(latency)
      byEndpoint.set(value, endpoint)
    }
  return [...byEndpoint]
    .filter(([, { responses }]) => responses > 0)
    .sort(([, left], [, right]) => right.responses - left.responses)
    .slice(0, MAX_ENDPOINTS)
    .map(([value, { members }], index) => ({
      label: value === '–' ? 'not named' : value,
      color: seriesColor(index),
      members,
    }))
}

export function Histograms({ shown }: { readonly shown: readonly ShownCard[] }) {
  const hasStreams = shown.some(({ scenario }) => isStream(scenario))
  const byEndpoint = useMemo(() => endpointGroups(shown, hasStreams ? 'ttft' : 'e2e'), [shown, hasStreams])
  const perToken = useMemo(
    () => [{ label: 'requests', color: '--ok', members: shown.map(({ snapshot }) => snapshot.latency.tpot) }],
    [shown],
  )
  return (
    <div className={styles.two}>
      <Panel title={hasStreams ? 'First token, by endpoint' : 'End to end, by endpoint'} note="requests">
        <Histogram
          label={
            hasStreams
              ? 'Histogram of the time to the first token by endpoint'
              : 'Histogram of the time to the whole response by endpoint'
          }
          groups={byEndpoint}
        />
      </Panel>
      <Panel title="Time per output token" note="requests">
        <Histogram
          label="Histogram of the time per output token"
          groups={perToken}
          {...(hasStreams ? {} : { empty: 'Only streams have single tokens' })}
        />
      </Panel>
    </div>
  )
}
