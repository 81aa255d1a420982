/** Compares two runs: the change of each figure, and whether it is statistically significant. */
import { meanInterval, type MeanInterval } from './mean-interval.ts'
import {
  percentileNames,
  type CardSummary,
  type MetricName,
} from '../../../src/load-engine/model/run-summary.ts'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'

/**
 * `better` and `worse`: the difference is significant at 95 %, assuming independent requests. `unclear`: it is not
 * significant. `same`: the figures are equal. `none`: there is no test, or the tester limited a run.
 */
export type Verdict = 'better' | 'worse' | 'same' | 'unclear' | 'none'

type Interval = readonly [low: number, high: number]

/** What a verdict rests on. */
export type Basis =
  /** The 95 % intervals of two percentiles, and of how many answers each is. */
  | {
      readonly kind: 'percentiles'
      readonly intervals: readonly [Interval, Interval]
      readonly answers: Pair
    }
  /** The 95 % intervals of two means. */
  | { readonly kind: 'means'; readonly intervals: readonly [MeanInterval, MeanInterval] }
  /** A z test of two shares. */
  | { readonly kind: 'shares'; readonly hits: Pair; readonly sizes: Pair }
  /** The runs are too short for a test, the tester limited one of them, or the figure has no test. */
  | { readonly kind: 'none'; readonly reason: 'too short' | 'limited' | 'no test' }

type Pair = readonly [before: number, after: number]

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
  readonly basis: Basis
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

const NO_TEST: Basis = { kind: 'none', reason: 'no test' }

type Figures = Pick<Delta, 'name' | 'unit' | 'before' | 'after'>

const apart = (before: Interval, after: Interval): boolean => before[1] < after[0] || after[1] < before[0]
const boundsOf = ({ low, high }: MeanInterval): Interval => [low, high]

function isSignificant(basis: Basis): boolean {
  if (basis.kind === 'shares') return proportionsDiffer(basis.hits, basis.sizes)
  if (basis.kind === 'percentiles') return apart(...basis.intervals)
  return basis.kind === 'means' && apart(boundsOf(basis.intervals[0]), boundsOf(basis.intervals[1]))
}

function delta(figures: Figures, isHigherBetter: boolean, basis: Basis): Delta {
  const { before, after } = figures
  const isKnown = before !== null && after !== null
  const changePercent = isKnown && before !== 0 ? ((after - before) * 100) / before : null
  const verdict = (): Verdict => {
    if (!isKnown) return 'none'
    if (before === after) return 'same'
    if (basis.kind === 'none') return 'none'
    if (!isSignificant(basis)) return 'unclear'
    return after > before === isHigherBetter ? 'better' : 'worse'
  }
  return { ...figures, changePercent, verdict: verdict(), basis }
}

function latencyDeltas(before: CardSummary, after: CardSummary, metric: MetricName): Delta[] {
  const [old, fresh] = [before.latency[metric], after.latency[metric]]
  return percentileNames.map((name) => {
    const [oldRange, freshRange] = [old?.confidence[name], fresh?.confidence[name]]
    const basis: Basis =
      old && fresh && oldRange && freshRange
        ? { kind: 'percentiles', intervals: [oldRange, freshRange], answers: [old.count, fresh.count] }
        : NO_TEST
    const figures = { before: old?.[name] ?? null, after: fresh?.[name] ?? null }
    return delta({ name: `${metric} ${name.replace('Ms', '')}`, unit: 'ms', ...figures }, false, basis)
  })
}

/** Tests at 95 % whether two proportions differ (z test). */
function proportionsDiffer(hits: Pair, sizes: Pair): boolean {
  const [size0, size1] = sizes
  if (size0 === 0 || size1 === 0) return false
  const pooled = (hits[0] + hits[1]) / (size0 + size1)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / size0 + 1 / size1))
  return error > 0 && Math.abs(hits[0] / size0 - hits[1] / size1) / error > 1.96
}

const failedPercent = ({ counts }: CardSummary): number | null =>
  counts.ok + counts.failed === 0 ? null : (counts.failed * 100) / (counts.ok + counts.failed)

/** Answers a second: successes only, since a server that fails fast would otherwise seem fast. */
const answersPerS = ({ counts, durationMs }: CardSummary): number =>
  counts.ok / Math.max(0.001, durationMs / 1000)

function throughputBasis(
  cards: readonly [CardSummary, CardSummary],
  column: 'okPerS' | 'tokensPerS',
  read: (card: CardSummary) => number,
): Basis {
  const [before, after] = cards.map((card) => meanInterval(card.series, column, read(card)))
  return before && after
    ? { kind: 'means', intervals: [before, after] }
    : { kind: 'none', reason: 'too short' }
}

const shares = (hits: Pair, sizes: Pair): Basis =>
  sizes[0] > 0 && sizes[1] > 0 ? { kind: 'shares', hits, sizes } : NO_TEST

function compareCards(before: CardSummary, after: CardSummary): Delta[] {
  const pair = (read: (card: CardSummary) => number): Pair => [read(before), read(after)]
  const ended = ({ counts }: CardSummary): number => counts.ok + counts.failed
  const figuresOf = (
    name: string,
    unit: Delta['unit'],
    read: (card: CardSummary) => number | null,
  ): Figures => ({ name, unit, before: read(before), after: read(after) })
  const goodShares = shares(
    pair(({ goodput }) => goodput.good),
    pair(({ goodput }) => goodput.judged),
  )
  const failedShares = shares(
    pair(({ counts }) => counts.failed),
    pair(ended),
  )
  const throughput = (
    name: string,
    column: 'okPerS' | 'tokensPerS',
    read: (card: CardSummary) => number,
  ): Delta => delta(figuresOf(name, 'per_s', read), true, throughputBasis([before, after], column, read))
  return [
    delta(
      figuresOf('goodput', 'percent', (card) => card.goodput.percent),
      true,
      goodShares,
    ),
    delta(figuresOf('failed', 'percent', failedPercent), false, failedShares),
    throughput('answers', 'okPerS', answersPerS),
    throughput('tokens', 'tokensPerS', (card) => card.tokensPerS),
    delta(
      figuresOf('dropped', 'count', (card) => card.counts.dropped),
      false,
      NO_TEST,
    ),
    ...(['ttft', 'tpot', 'e2e', 'ttfb', 'itl'] as const).flatMap((metric) =>
      latencyDeltas(before, after, metric),
    ),
  ]
}

/** Where the tester was the limit of a run, its figures say nothing of the target. */
const unjudged = (figure: Delta): Delta => ({
  ...figure,
  verdict: 'none',
  basis: { kind: 'none', reason: 'limited' },
})

function judgedDeltas(before: CardSummary, after: CardSummary): Delta[] {
  const deltas = compareCards(before, after)
  return before.tester?.isLimit || after.tester?.isLimit ? deltas.map(unjudged) : deltas
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
      deltas: judgedDeltas(old, fresh),
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
