/** Builds the snapshots for the page and the saved form from the run of a card. */
import type { CardRun } from './card-run.ts'
import { createFailureTally } from '../statistics/failure-tally.ts'
import { goodput } from '../statistics/goodput.ts'
import type { CardSnapshot, TotalSnapshot } from '../protocol/messages.ts'
import { createMetricSketches } from '../statistics/metric-sketches.ts'
import type { LogEntry } from '../model/log-entry.ts'
import type { CardSummary, Counts } from '../model/run-summary.ts'
import type { SavedRun } from '../model/saved-run.ts'
import { withoutKey, type Scenario } from '../model/scenario.ts'

function progressOf(run: CardRun, counts: Counts): number | null {
  if (run.state() === 'finished') return 1
  const done = counts.ok + counts.failed + counts.dropped
  const planned = run.plannedRequests()
  const byCount = planned === null ? null : planned === 0 ? 1 : done / planned
  const { arrival } = run.scenario()
  if (arrival.kind !== 'sweep' || arrival.over !== 'parallel')
    return byCount === null ? null : Math.min(1, byCount)
  return Math.min(1, Math.max(byCount ?? 0, run.elapsedMs() / (arrival.steps * arrival.stepS * 1000)))
}

/** Where the tester is the limit, there is no verdict. */
function judgedFigures(run: CardRun): ReturnType<CardRun['stats']['figures']> {
  const figures = run.stats.figures()
  return run.tester.read().isLimit ? { ...figures, goodput: { ...figures.goodput, met: null } } : figures
}

/** @param withGroups - false for most snapshots, because the groups are many figures. */
export function cardSnapshot(
  cardId: string,
  run: CardRun,
  waitingFields: readonly (keyof Scenario)[],
  withGroups: boolean,
): CardSnapshot {
  const elapsedMs = run.elapsedMs()
  const counts = run.stats.counts()
  return {
    cardId,
    state: run.state(),
    progress: progressOf(run, counts),
    plannedRequests: run.plannedRequests(),
    elapsedMs,
    counts,
    ...judgedFigures(run),
    recent: run.stats.recent(elapsedMs),
    lag: run.lag(),
    tester: run.tester.read(),
    step: run.step(),
    waitingFields,
    series: run.stats.takeSeriesUpdate(elapsedMs),
    groups: withGroups ? run.stats.groups() : null,
  }
}

function cardSummary(cardId: string, run: CardRun): CardSummary {
  const scenario = withoutKey(run.scenario())
  const durationMs = run.elapsedMs()
  const seconds = Math.max(0.001, durationMs / 1000)
  const counts = run.stats.counts()
  const figures = judgedFigures(run)
  return {
    cardId,
    scenario,
    state: run.state(),
    startedAtMs: run.startedAtEpochMs(),
    durationMs,
    counts,
    ...figures,
    requestsPerS: (counts.ok + counts.failed) / seconds,
    tokensPerS: figures.tokens.completion / seconds,
    lag: run.lag(),
    tester: run.tester.read(),
    groups: run.stats.groups(),
    series: run.stats.series(durationMs),
  }
}

interface SaveContext {
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /** A random integer, so that runs of two pages that start at the same time get different ids. */
  readonly number: number
  readonly log: readonly LogEntry[]
}

/** Builds the saved form of all cards that have run. */
export function buildSavedRun(
  name: string,
  cards: ReadonlyMap<string, { readonly run: CardRun }>,
  context: SaveContext,
): SavedRun {
  const summaries = [...cards].map(([cardId, { run }]) => cardSummary(cardId, run))
  const startedAtMs = summaries.reduce((first, card) => Math.min(first, card.startedAtMs), context.nowMs)
  return {
    format: 'load-producer-run',
    version: 1,
    id: `${Math.round(startedAtMs)}-${context.number.toString(36)}`,
    name,
    startedAtMs,
    savedAtMs: context.nowMs,
    cards: summaries,
    log: [...context.log],
  }
}

const add = <Figures extends Record<string, number>>(sum: Figures, more: Figures): Figures =>
  Object.fromEntries(Object.entries(sum).map(([name, value]) => [name, value + (more[name] ?? 0)])) as Figures

const noCounts: Counts = {
  arrived: 0,
  sent: 0,
  inFlight: 0,
  waiting: 0,
  ok: 0,
  failed: 0,
  cancelled: 0,
  dropped: 0,
}

export function totalSnapshot(runs: readonly CardRun[]): TotalSnapshot {
  let counts: Counts = noCounts
  let tokens: TotalSnapshot['tokens'] = { prompt: 0, completion: 0, answersWithoutUsage: 0 }
  let recent: TotalSnapshot['recent'] = { requestsPerS: 0, tokensPerS: 0, errorsPerS: 0 }
  let good = 0
  let judged = 0
  const failures = createFailureTally()
  const sketches = createMetricSketches()
  for (const run of runs) {
    const figures = run.stats.figures()
    counts = add(counts, run.stats.counts())
    tokens = add(tokens, figures.tokens)
    if (run.state() === 'running') recent = add(recent, run.stats.recent(run.elapsedMs()))
    good += figures.goodput.good
    judged += figures.goodput.judged
    failures.merge(figures.failures)
    sketches.merge(run.stats.sketches())
  }
  return {
    counts,
    tokens,
    failures: failures.summary(),
    recent,
    latency: sketches.summary(),
    goodput: goodput(good, judged, null),
    running: runs.filter((run) => run.state() === 'running').length,
  }
}
