/** Sends changed figures to the page, four times a second while there are changes. */
import type { CardRun } from './card-run.ts'
import { cardSnapshot, totalSnapshot } from './run-snapshots.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import { createLagMeter } from '../statistics/lag-meter.ts'
import type { Report } from '../protocol/messages.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { waitingFields, type Scenario } from '../model/scenario.ts'

export interface CardEntry {
  readonly run: CardRun
  /** The scenario as last sent by the page. */
  edited: Scenario
  /** Whether the final figures, including groups, have been sent. */
  isReported: boolean
}

const SNAPSHOT_MS = 250
/** Every fourth snapshot includes the groups. */
const GROUPS_EVERY = 4
const MAX_LOG_PER_SNAPSHOT = 100

interface ReporterParts {
  readonly timer: EngineTimer
  readonly report: (report: Report) => void
}

export interface Reporter {
  readonly log: RequestLog
  /** Sends a snapshot of all changes now, with groups. */
  sendNow(): void
  /** Sends a snapshot if anything changed. @param lagMs - how late the tick is. */
  tick(lagMs: number): void
  /** While held, ticks send no snapshots. */
  hold(isHeld: boolean): void
}

export function createReporter(
  cards: ReadonlyMap<string, CardEntry>,
  { timer, report }: ReporterParts,
): Reporter {
  const log = createRequestLog()
  const lag = createLagMeter()
  let count = 0
  let sentNumber = 0
  let isHeld = false

  const send = (withGroups: boolean): void => {
    const changed = [...cards].filter(([, card]) => !card.isReported)
    const snapshots = changed.map(([cardId, { run, edited }]) =>
      cardSnapshot(cardId, run, waitingFields(run.scenario(), edited), withGroups),
    )
    if (withGroups) for (const [, card] of changed) card.isReported = card.run.state() !== 'running'
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
    hold: (value) => void (isHeld = value),
    tick(lagMs: number): void {
      lag.add(timer.nowMs(), lagMs)
      count += 1
      if (!isHeld && [...cards.values()].some(({ isReported }) => !isReported))
        send(count % GROUPS_EVERY === 0)
    },
  }
}

/** Calls `onTick` four times a second while `isNeeded` returns true, so that an idle page uses no CPU time. */
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
