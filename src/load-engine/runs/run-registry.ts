/** Holds the cards that have run since the page was opened, each with its last run. */
import type { Transport } from '../transport/transport.ts'
import { createCardRun, type CardRun } from './card-run.ts'
import { buildSavedRun } from './run-snapshots.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { Report } from '../protocol/messages.ts'
import { createTicker, createReporter, type CardEntry } from './reporter.ts'
import type { TesterSample } from '../statistics/tester-limits.ts'
import type { LogEntry } from '../model/log-entry.ts'
import type { SavedRun } from '../model/saved-run.ts'
import { checkScenario, type Scenario } from '../model/scenario.ts'
import type { FileLibrary } from '../file-library.ts'
import type { Dataset } from '../prompts/dataset.ts'
import type { Trace } from '../traces/trace.ts'
import type { Checked, Fault } from '../model/field-schemas.ts'

interface RunRegistryParts {
  readonly transport: Transport
  readonly timer: EngineTimer
  /** Numbers in [0, 1). */
  readonly random: () => number
  /** Share of the time since the last call in which the engine was busy, 0 to 1. */
  readonly busyShare: () => number
  readonly traces: Pick<FileLibrary<Trace>, 'get'>
  readonly datasets: Pick<FileLibrary<Dataset>, 'get'>
  /** Most cards that have figures at the same time. */
  readonly maxCards: number
  readonly report: (report: Report) => void
}

export interface RunRegistry {
  /** @param scenario - not checked yet; the same holds below. */
  start(cardId: string, scenario: unknown): void
  stop(cardId: string): void
  stopAll(): void
  update(cardId: string, scenario: unknown): void
  /** Stops the card and discards its figures. */
  remove(cardId: string): void
  /** Whether no card has figures. */
  isEmpty(): boolean
  collect(name: string): SavedRun
  log(): readonly LogEntry[]
  /** While held, no regular snapshots are sent. */
  hold(isHeld: boolean): void
  close(): void
}

interface PreparedRun {
  readonly scenario: Scenario
  readonly trace: Trace | undefined
  readonly dataset: Dataset | undefined
}

type Files = Pick<RunRegistryParts, 'traces' | 'datasets'>

function prepareRun(requested: unknown, { traces, datasets }: Files): Checked<PreparedRun> {
  const checked = checkScenario(requested)
  if (!checked.ok) return checked
  const { value: scenario } = checked
  const { arrival, workload } = scenario
  const trace = arrival.kind === 'replay' ? traces.get(arrival.traceId) : undefined
  const dataset = workload.kind === 'dataset' ? datasets.get(workload.datasetId) : undefined
  const faults: Fault[] = []
  if (arrival.kind === 'replay' && !trace)
    faults.push({ path: 'arrival.traceId', message: 'takes a trace that has been loaded' })
  if (workload.kind === 'dataset' && !dataset)
    faults.push({ path: 'workload.datasetId', message: 'takes a dataset that has been loaded' })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: { scenario, trace, dataset } }
}

const tooManyCards = (most: number): Checked<PreparedRun> => ({
  ok: false,
  faults: [{ path: '', message: `there are at most ${most} cards with figures: reset some` }],
})

function sampleTester(runs: readonly CardRun[], lagMs: number, sample: Omit<TesterSample, 'lagMs'>): void {
  for (const run of runs) {
    if (run.state() !== 'running') continue
    run.recordLag(lagMs)
    run.tester.add({ ...sample, lagMs: run.takeWorstLagMs() })
  }
}

export function createRunRegistry(parts: RunRegistryParts): RunRegistry {
  const { transport, timer, random, report } = parts
  const cards = new Map<string, CardEntry>()
  const reporter = createReporter(cards, { timer, report })
  const runs = (): CardRun[] => [...cards.values()].map(({ run }) => run)
  const log = (): ReturnType<RunRegistry['log']> => reporter.log.all()
  const randomInteger = (): number => Math.floor(random() * 2 ** 31)
  const ticker = createTicker(
    timer,
    () => [...cards.values()].some(({ isReported }) => !isReported),
    (lagMs) => {
      sampleTester(runs(), lagMs, { busyShare: parts.busyShare(), backlog: transport.waiting() })
      for (const run of runs()) run.sendDue()
      reporter.tick(lagMs)
    },
  )
  const refuse = (cardId: string, faults: readonly Fault[]): void =>
    report({ type: 'refused', cardId, faults, hasFigures: cards.has(cardId) })
  const forget = (cardId: string): void => {
    const card = cards.get(cardId)
    cards.delete(cardId)
    card?.run.stop()
    reporter.log.forget(cardId)
  }
  const startRun = (cardId: string, { scenario, ...files }: PreparedRun): void => {
    forget(cardId)
    const run = createCardRun(scenario, {
      ...{ transport, timer, ...files },
      seed: randomInteger(),
      onResult: (result) => reporter.log.add({ cardId, cardName: run.scenario().name }, result),
      onRefused(fault) {
        refuse(cardId, [fault])
        run.stop()
      },
      onEnd() {
        if (cards.get(cardId)?.run !== run) return
        reporter.sendNow()
        report({ type: 'ended', cardId, state: run.state() === 'finished' ? 'finished' : 'stopped' })
      },
    })
    cards.set(cardId, { run, edited: scenario, isReported: false })
    run.start()
    reporter.sendNow()
    ticker.ensure()
  }

  return {
    start(cardId, requested) {
      const hasRoom = cards.has(cardId) || cards.size < parts.maxCards
      const prepared = hasRoom ? prepareRun(requested, parts) : tooManyCards(parts.maxCards)
      if (prepared.ok) startRun(cardId, prepared.value)
      else refuse(cardId, prepared.faults)
    },
    stop: (cardId) => cards.get(cardId)?.run.stop(),
    stopAll: () => runs().forEach((run) => run.stop()),
    update(cardId, requested) {
      const card = cards.get(cardId)
      if (!card) return
      const checked = checkScenario(requested)
      if (!checked.ok) return refuse(cardId, checked.faults)
      card.edited = checked.value
      card.isReported = false
      card.run.update(checked.value)
      ticker.ensure()
    },
    remove(cardId) {
      forget(cardId)
      reporter.sendNow()
    },
    isEmpty: () => cards.size === 0,
    collect: (name) =>
      buildSavedRun(name, cards, { nowMs: timer.epochMs(), number: randomInteger(), log: log() }),
    log,
    hold: reporter.hold,
    close() {
      for (const run of runs()) run.stop()
      ticker.stop()
    },
  }
}
