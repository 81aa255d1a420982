/** Tells the page what changed, four times a second while anything does. */
import type { CardRun } from './card-run.ts'
import { cardSnapshot, totalSnapshot } from './run-snapshots.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import { createLagMeter } from '../statistics/lag-meter.ts'
import type { Report } from '../protocol/messages.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { waitingFields, type Scenario } from '../../model/scenario.ts'

export interface CardEntry {
  readonly run: CardRun
  /** As the page last sent it. */
  edited: Scenario
  /** Whether the page has seen its last figures, groups included. */
  isReported: boolean
}

const SNAPSHOT_MS = 250
/** Groups come with every fourth snapshot. */
const GROUPS_EVERY = 4
const MAX_LOG_PER_SNAPSHOT = 100

interface ReporterParts {
  readonly timer: EngineTimer
  readonly report: (report: Report) => void
}

export interface Reporter {
  readonly log: RequestLog
  /** Everything that changed, whatever the beat. */
  sendNow(): void
  tick(lagMs: number): void
}

export function createReporter(
  cards: ReadonlyMap<string, CardEntry>,
  { timer, report }: ReporterParts,
): Reporter {
  const log = createRequestLog()
  const lag = createLagMeter()
  let count = 0
  let sentNumber = 0

  const send = (withGroups: boolean): void => {
    const shown = [...cards].filter(([, card]) => !card.isReported)
    const snapshots = shown.map(([cardId, { run, edited }]) =>
      cardSnapshot(cardId, run, waitingFields(run.scenario(), edited), withGroups),
    )
    if (withGroups) for (const [, card] of shown) card.isReported = card.run.state() !== 'running'
    const entries = log.since(sentNumber, MAX_LOG_PER_SNAPSHOT)
    sentNumber = log.lastNumber()
    report({
      type: 'snapshot',
      snapshot: {
        atMs: timer.epochMs(),
        cards: snapshots,
        total: totalSnapshot([...cards.values()].map(({ run }) => run)),
        log: entries,
        lag: lag.read(timer.nowMs()),
      },
    })
  }
  return {
    log,
    sendNow: () => send(true),
    tick(lagMs: number): void {
      lag.add(timer.nowMs(), lagMs)
      count += 1
      if ([...cards.values()].some(({ isReported: isShown }) => !isShown)) send(count % GROUPS_EVERY === 0)
    },
  }
}

/** Runs while anything runs, so that an idle page costs nothing. */
export function createTicker(timer: EngineTimer, isNeeded: () => boolean, onTick: (lagMs: number) => void) {
  let cancel: (() => void) | undefined
  const schedule = (): void => {
    const dueMs = timer.nowMs() + SNAPSHOT_MS
    cancel = timer.after(SNAPSHOT_MS, () => {
      cancel = undefined
      onTick(Math.max(0, timer.nowMs() - dueMs))
      if (isNeeded()) schedule()
    })
  }
  return {
    ensure: (): void => void (cancel ?? schedule()),
    stop(): void {
      cancel?.()
      cancel = undefined
    },
  }
}
