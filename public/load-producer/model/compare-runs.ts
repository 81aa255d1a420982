/** Compares two runs: the change of each figure, and whether it is statistically significant. */
import { percentileNames, type CardSummary, type MetricName } from './run-summary.ts'
import type { SavedRun } from './saved-run.ts'

/**
 * `better` and `worse`: the difference is significant at 95 %, assuming independent requests. `unclear`: it is not
 * significant, or the two figures allow no test. `same`: the figures are equal.
 */
export type Verdict = 'better' | 'worse' | 'same' | 'unclear'

export interface Delta {
  /** For example `ttft p95`. */
  readonly name: string
  readonly unit: 'ms' | 'percent' | 'per_s' | 'count'
  /** null when the run has no such figure. */
  readonly before: number | null
  readonly after: number | null
  /** In percent of `before`; null when `before` is 0 or missing. */
  readonly changePercent: number | null
  readonly verdict: Verdict
}

export interface CardComparison {
  readonly name: string
  /** null when only the other run has the card. */
  readonly before: CardSummary | null
  readonly after: CardSummary | null
  readonly deltas: readonly Delta[]
  /** Scenario fields that differ; the runs may then not be comparable. */
  readonly differingFields: readonly string[]
}

type Figures = Pick<Delta, 'name' | 'unit' | 'before' | 'after'>

function delta(figures: Figures, isHigherBetter: boolean, isSignificant: boolean): Delta {
  const { before, after } = figures
  const isKnown = before !== null && after !== null
  const changePercent = isKnown && before !== 0 ? ((after - before) * 100) / before : null
  const verdict = (): Verdict => {
    if (!isKnown) return 'unclear'
    if (before === after) return 'same'
    if (!isSignificant) return 'unclear'
    return after > before === isHigherBetter ? 'better' : 'worse'
  }
  return { ...figures, changePercent, verdict: verdict() }
}

function latencyDeltas(before: CardSummary, after: CardSummary, metric: MetricName): Delta[] {
  const [old, fresh] = [before.latency[metric], after.latency[metric]]
  return percentileNames.map((name) => {
    const [oldRange, freshRange] = [old?.confidence[name], fresh?.confidence[name]]
    const isSignificant =
      !!oldRange && !!freshRange && (oldRange[1] < freshRange[0] || freshRange[1] < oldRange[0])
    const figures = { before: old?.[name] ?? null, after: fresh?.[name] ?? null }
    return delta(
      { name: `${metric} ${name.replace('Ms', '')}`, unit: 'ms', ...figures },
      false,
      isSignificant,
    )
  })
}

/** Tests at 95 % whether two proportions differ (z test). */
function proportionsDiffer(hits: readonly [number, number], sizes: readonly [number, number]): boolean {
  const [size0, size1] = sizes
  if (size0 === 0 || size1 === 0) return false
  const pooled = (hits[0] + hits[1]) / (size0 + size1)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / size0 + 1 / size1))
  return error > 0 && Math.abs(hits[0] / size0 - hits[1] / size1) / error > 1.96
}

const failedPercent = ({ counts }: CardSummary): number | null =>
  counts.ok + counts.failed === 0 ? null : (counts.failed * 100) / (counts.ok + counts.failed)

function compareCards(before: CardSummary, after: CardSummary): Delta[] {
  const [good0, good1] = [before.goodput, after.goodput]
  const goodputDiffers = proportionsDiffer([good0.good, good1.good], [good0.judged, good1.judged])
  const ended = (card: CardSummary): number => card.counts.ok + card.counts.failed
  const failuresDiffer = proportionsDiffer(
    [before.counts.failed, after.counts.failed],
    [ended(before), ended(after)],
  )
  const figuresOf = (
    name: string,
    unit: Delta['unit'],
    read: (card: CardSummary) => number | null,
  ): Figures => ({
    name,
    unit,
    before: read(before),
    after: read(after),
  })
  return [
    delta(
      figuresOf('goodput', 'percent', (card) => card.goodput.percent),
      true,
      goodputDiffers,
    ),
    delta(figuresOf('failed', 'percent', failedPercent), false, failuresDiffer),
    delta(
      figuresOf('requests', 'per_s', (card) => card.requestsPerS),
      true,
      false,
    ),
    delta(
      figuresOf('tokens', 'per_s', (card) => card.tokensPerS),
      true,
      false,
    ),
    delta(
      figuresOf('dropped', 'count', (card) => card.counts.dropped),
      false,
      false,
    ),
    ...(['ttft', 'tpot', 'e2e', 'ttfb', 'itl'] as const).flatMap((metric) =>
      latencyDeltas(before, after, metric),
    ),
  ]
}

function differingFields(before: CardSummary, after: CardSummary): string[] {
  const fresh: Readonly<Record<string, unknown>> = after.scenario
  return Object.entries(before.scenario)
    .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(fresh[field]))
    .map(([field]) => field)
}

/** Pairs cards by name; cards with the same name are paired in order. */
export function compareRuns(before: SavedRun, after: SavedRun): CardComparison[] {
  const unmatched = [...after.cards]
  const compared = before.cards.map((old): CardComparison => {
    const { name } = old.scenario
    const index = unmatched.findIndex((card) => card.scenario.name === name)
    const [fresh] = index < 0 ? [] : unmatched.splice(index, 1)
    if (!fresh) return { name, before: old, after: null, deltas: [], differingFields: [] }
    return {
      name,
      before: old,
      after: fresh,
      deltas: compareCards(old, fresh),
      differingFields: differingFields(old, fresh),
    }
  })
  const added = unmatched.map((card): CardComparison => ({
    name: card.scenario.name,
    before: null,
    after: card,
    deltas: [],
    differingFields: [],
  }))
  return [...compared, ...added]
}
