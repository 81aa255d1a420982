/** The commands that the engine executes, and its reports. */
import type { LogEntry } from '../model/log-entry.ts'
import type {
  CardState,
  CardSummary,
  Counts,
  FailureKind,
  Groups,
  LatencySummary,
  MetricName,
  SeriesColumn,
  TesterSummary,
} from '../model/run-summary.ts'
import type { SavedRun } from '../model/saved-run.ts'
import type { Fault } from '../model/field-schemas.ts'
import type { Scenario } from '../model/scenario.ts'

/** A command with a `requestId` gets exactly one report with the same `requestId`. */
export type Command =
  /** Loads a trace; the file is read in chunks. */
  | {
      readonly type: 'load_trace'
      readonly requestId: string
      readonly traceId: string
      readonly file: Blob
    }
  /** Loads a dataset of prompts. */
  | {
      readonly type: 'load_dataset'
      readonly requestId: string
      readonly datasetId: string
      readonly file: Blob
    }
  /** Forgets all traces and datasets; a run that has begun goes on with its own. */
  | { readonly type: 'unload_files' }
  /** Starts a run; the figures of an earlier run of the card are discarded. The engine checks the scenario. */
  | { readonly type: 'start'; readonly cardId: string; readonly scenario: unknown }
  /** Stops the run and cancels its requests in flight. */
  | { readonly type: 'stop'; readonly cardId: string }
  | { readonly type: 'stop_all' }
  /** An edit of a running card; `appliesLive` in scenario.ts decides which fields apply at once. */
  | { readonly type: 'update'; readonly cardId: string; readonly scenario: unknown }
  /** Stops the card and discards its figures. Sent when a card is reset or deleted. */
  | { readonly type: 'reset'; readonly cardId: string }
  /** Requests GET /models of a target, to list its models and to test the connection. */
  | { readonly type: 'probe'; readonly requestId: string; readonly url: string; readonly key: string }
  /** Requests the saved form of all cards that have run. */
  | { readonly type: 'collect'; readonly requestId: string; readonly name: string }
  /** Requests the whole request log, oldest first. */
  | { readonly type: 'read_log'; readonly requestId: string }

/** Replaces the points of the page from index `from` on; 0 replaces all, as when the step width has changed. */
export interface SeriesUpdate {
  readonly stepS: number
  readonly from: number
  readonly columns: Readonly<Record<SeriesColumn, readonly (number | null)[]>>
  /** Of every kind that has occurred since the start. */
  readonly failures: readonly { readonly kind: FailureKind; readonly perS: readonly (number | null)[] }[]
}

export interface CardSnapshot {
  readonly cardId: string
  readonly state: CardState
  /** From 0 to 1; null for an endless run. */
  readonly progress: number | null
  /** Total number of requests that the run will make; null for an endless run. */
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
  readonly tester: TesterSummary
  /** The step of a sweep, such as `3 of 7 · 16 in parallel`; empty for other runs. */
  readonly step: string
  /** Edited fields that apply only from the next start. */
  readonly waitingFields: readonly (keyof Scenario)[]
  readonly series: SeriesUpdate
  /** Sent at most once a second; null in the other snapshots. */
  readonly groups: Groups | null
}

/** The sum over all cards that have run. */
export interface TotalSnapshot {
  readonly counts: Counts
  readonly tokens: CardSummary['tokens']
  readonly failures: CardSummary['failures']
  readonly recent: CardSnapshot['recent']
  readonly latency: Readonly<Record<MetricName, LatencySummary | null>>
  readonly goodput: CardSummary['goodput']
  /** How many cards are running. */
  readonly running: number
}

export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly atMs: number
  /** The cards that changed since the last snapshot. */
  readonly cards: readonly CardSnapshot[]
  readonly total: TotalSnapshot
  /** New entries, oldest first, at most 100. A fast run therefore leaves gaps, which `read_log` fills. */
  readonly log: readonly LogEntry[]
  /** How late the timers of the engine fire. */
  readonly lag: CardSummary['lag']
}

export interface TraceFacts {
  readonly rows: number
  readonly durationMs: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Whether the trace says which prompts share a prefix. */
  readonly hasPrefixes: boolean
}

/** Snapshots are sent at most four times a second, and additionally when a card starts or ends. */
export type Report =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** The scenario is invalid; the card was not started or updated. */
  | {
      readonly type: 'refused'
      readonly cardId: string
      readonly faults: readonly Fault[]
      /** Whether the engine has figures of the card all the same. */
      readonly hasFigures: boolean
    }
  | { readonly type: 'ended'; readonly cardId: string; readonly state: 'finished' | 'stopped' }
  | {
      readonly type: 'trace_loaded'
      readonly requestId: string
      readonly traceId: string
      readonly result:
        | { readonly ok: true; readonly facts: TraceFacts }
        | { readonly ok: false; readonly error: string }
    }
  | {
      readonly type: 'dataset_loaded'
      readonly requestId: string
      readonly datasetId: string
      readonly result:
        | { readonly ok: true; readonly conversations: number; readonly turns: number }
        | { readonly ok: false; readonly error: string }
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
