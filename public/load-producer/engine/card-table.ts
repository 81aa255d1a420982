/** The cards that have run since the page was opened, each with its last run. */
import type { BridgeClient } from './bridge-client.ts'
import { createCardRun, type CardRun } from './card-run.ts'
import { savedRun } from './card-summary.ts'
import type { EngineTimer } from './engine-timer.ts'
import type { Report } from './messages.ts'
import { createHeartbeat, createReporter, type Card } from './reporter.ts'
import type { LogEntry } from './run-summary.ts'
import type { SavedRun } from './saved-run.ts'
import { checkScenario, type Scenario } from './scenario.ts'
import type { Trace } from './trace.ts'
import type { TraceLibrary } from './trace-library.ts'
import type { Checked } from './field-kinds.ts'

interface CardTableParts {
  readonly bridge: BridgeClient
  readonly timer: EngineTimer
  /** Numbers in [0, 1). */
  readonly random: () => number
  readonly traces: TraceLibrary
  readonly report: (report: Report) => void
}

export interface CardTable {
  start(cardId: string, asked: Scenario): void
  stop(cardId: string): void
  stopAll(): void
  update(cardId: string, asked: Scenario): void
  /** Stops the card and forgets its figures. */
  remove(cardId: string): void
  /** To be called when the bridge is open again. */
  pump(): void
  collect(name: string): SavedRun
  log(): readonly LogEntry[]
  close(): void
}

interface Ready {
  readonly scenario: Scenario
  readonly trace: Trace | undefined
}

function prepare(asked: Scenario, traces: TraceLibrary): Checked<Ready> {
  const checked = checkScenario(asked)
  if (!checked.ok) return checked
  const { value: scenario } = checked
  if (scenario.arrival.kind !== 'replay') return { ok: true, value: { scenario, trace: undefined } }
  const trace = traces.get(scenario.arrival.traceId)
  if (trace) return { ok: true, value: { scenario, trace } }
  return { ok: false, faults: [{ path: 'arrival.traceId', message: 'takes a trace that has been loaded' }] }
}

export function createCardTable({ bridge, timer, random, traces, report }: CardTableParts): CardTable {
  const cards = new Map<string, Card>()
  const reporter = createReporter(cards, { timer, report })
  const runs = (): CardRun[] => [...cards.values()].map(({ run }) => run)
  const drawNumber = (): number => Math.floor(random() * 2 ** 31)
  const pump = (): void => runs().forEach((run) => run.pump())
  const heartbeat = createHeartbeat(
    timer,
    () => [...cards.values()].some(({ isShown }) => !isShown),
    (lagMs) => {
      for (const run of runs()) if (run.state() === 'running') run.noteLag(lagMs)
      pump()
      reporter.beat(lagMs)
      report({ type: 'bridge', bridge: bridge.status() })
    },
  )
  const forget = (cardId: string): void => {
    const card = cards.get(cardId)
    cards.delete(cardId)
    card?.run.stop()
    reporter.log.forget(cardId)
  }
  const begin = (cardId: string, { scenario, trace }: Ready): void => {
    forget(cardId)
    const run = createCardRun(scenario, {
      bridge,
      timer,
      trace,
      seed: drawNumber(),
      onResult: (result) => reporter.log.add({ cardId, cardName: run.scenario().name }, result),
      onRefused(fault) {
        run.stop()
        report({ type: 'refused', cardId, faults: [fault] })
      },
      onEnd() {
        if (cards.get(cardId)?.run !== run) return
        reporter.sendNow()
        report({ type: 'ended', cardId, state: run.state() === 'finished' ? 'finished' : 'stopped' })
      },
    })
    cards.set(cardId, { run, edited: scenario, isShown: false })
    run.start()
    // Whoever pressed Start sees at once that it runs.
    reporter.sendNow()
    heartbeat.ensure()
  }

  return {
    start(cardId, asked) {
      const ready = prepare(asked, traces)
      if (ready.ok) begin(cardId, ready.value)
      else report({ type: 'refused', cardId, faults: ready.faults })
    },
    stop: (cardId) => cards.get(cardId)?.run.stop(),
    stopAll: () => runs().forEach((run) => run.stop()),
    update(cardId, asked) {
      const card = cards.get(cardId)
      if (!card) return
      const checked = checkScenario(asked)
      if (!checked.ok) return report({ type: 'refused', cardId, faults: checked.faults })
      card.edited = checked.value
      card.isShown = false
      card.run.update(checked.value)
      heartbeat.ensure()
    },
    remove(cardId) {
      forget(cardId)
      reporter.sendNow()
    },
    pump,
    collect: (name) =>
      savedRun(name, cards, { nowMs: timer.epochMs(), number: drawNumber(), log: reporter.log.all() }),
    log: () => reporter.log.all(),
    close() {
      for (const run of runs()) run.stop()
      heartbeat.stop()
    },
  }
}
