/** What the page and the engine's worker say to each other. */
import type {
  CardState,
  CardSummary,
  Counts,
  Groups,
  LatencySummary,
  LogEntry,
  MetricName,
  SeriesColumn,
} from '../../model/run-summary.ts'
import type { SavedRun } from '../../model/saved-run.ts'
import type { Fault } from '../../model/field-schemas.ts'
import type { Scenario } from '../../model/scenario.ts'

/** Page to worker. Every `requestId` comes back in the one answer to that message. */
export type Command =
  /** Connects, or connects anew; what was in flight fails as `network`. */
  | { readonly type: 'connect'; readonly url: string; readonly token: string }
  /** A file whose text the worker reads piece by piece. */
  | {
      readonly type: 'load_trace'
      readonly requestId: string
      readonly traceId: string
      readonly name: string
      readonly file: Blob
    }
  /** Begins afresh: what the card had counted is gone. */
  | { readonly type: 'start'; readonly cardId: string; readonly scenario: Scenario }
  /** Cancels what is in flight. */
  | { readonly type: 'stop'; readonly cardId: string }
  | { readonly type: 'stop_all' }
  /** An edit while running; scenario.ts says what applies at once. */
  | { readonly type: 'update'; readonly cardId: string; readonly scenario: Scenario }
  /** Forgets the card and its figures, stopping it first: on reset, and when it is deleted. */
  | { readonly type: 'reset'; readonly cardId: string }
  /** Asks GET /models of a target: its models, and whether it answers. */
  | { readonly type: 'probe'; readonly requestId: string; readonly url: string; readonly key: string }
  /** Everything there is to save of the cards that have run. */
  | { readonly type: 'collect'; readonly requestId: string; readonly name: string }
  /** The whole request log, newest last. */
  | { readonly type: 'read_log'; readonly requestId: string }

export interface BridgeStatus {
  readonly state: 'connecting' | 'open' | 'closed'
  /** Of the last ping. */
  readonly roundTripMs: number | null
  /** Why it is not open, for people. */
  readonly reason: string
  /** Until the next attempt. */
  readonly retryInMs: number | null
}

/** Points from `from` on replace those the page has (0 for all of them, as when the step width has changed). */
export interface SeriesUpdate {
  readonly stepS: number
  readonly from: number
  readonly columns: Readonly<Record<SeriesColumn, readonly (number | null)[]>>
}

export interface CardSnapshot {
  readonly cardId: string
  readonly state: CardState
  /** 1 at its end; null for an endless run. */
  readonly progress: number | null
  /** How many it will be; null for an endless run. */
  readonly plannedRequests: number | null
  readonly elapsedMs: number
  readonly counts: Counts
  readonly failures: CardSummary['failures']
  readonly tokens: CardSummary['tokens']
  /** Over the last five seconds. */
  readonly recent: { readonly requestsPerS: number; readonly tokensPerS: number; readonly errorsPerS: number }
  readonly latency: Readonly<Record<MetricName, LatencySummary | null>>
  readonly goodput: CardSummary['goodput']
  readonly lag: CardSummary['lag']
  /** Of a sweep, such as `3 of 7 · 16 in parallel`. */
  readonly step: string
  /** Edited fields that wait for the next start. */
  readonly waitingFields: readonly (keyof Scenario)[]
  readonly series: SeriesUpdate
  /** At most once a second. */
  readonly groups: Groups | null
}

/** All cards that have run, together. */
export interface TotalSnapshot {
  readonly counts: Counts
  readonly tokens: CardSummary['tokens']
  readonly failures: CardSummary['failures']
  readonly recent: CardSnapshot['recent']
  readonly latency: Readonly<Record<MetricName, LatencySummary | null>>
  readonly goodput: CardSummary['goodput']
  readonly running: number
}

export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly atMs: number
  /** Those that changed since the last snapshot. */
  readonly cards: readonly CardSnapshot[]
  readonly total: TotalSnapshot
  /** The newest entries, oldest first; at most 100, so that a fast run leaves gaps that `read_log` fills. */
  readonly log: readonly LogEntry[]
  /** How late this worker's own timers are. */
  readonly lag: CardSummary['lag']
}

export interface TraceFacts {
  readonly rows: number
  readonly durationMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Whether it says which prompts share a beginning. */
  readonly hasPrefixes: boolean
}

/** Worker to page. Snapshots come at most four times a second, and one when a card ends. */
export type Report =
  | { readonly type: 'bridge'; readonly bridge: BridgeStatus }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** A scenario that was refused; the card did not start. */
  | { readonly type: 'refused'; readonly cardId: string; readonly faults: readonly Fault[] }
  | { readonly type: 'ended'; readonly cardId: string; readonly state: 'finished' | 'stopped' }
  | {
      readonly type: 'trace_loaded'
      readonly requestId: string
      readonly traceId: string
      readonly result:
        { readonly ok: true; readonly facts: TraceFacts } | { readonly ok: false; readonly error: string }
    }
  | {
      readonly type: 'probed'
      readonly requestId: string
      readonly ok: boolean
      readonly status: number | null
      readonly latencyMs: number
      readonly models: readonly string[]
      readonly error: string
    }
  | { readonly type: 'collected'; readonly requestId: string; readonly run: SavedRun }
  | { readonly type: 'log'; readonly requestId: string; readonly entries: readonly LogEntry[] }
