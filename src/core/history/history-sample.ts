// What the history keeps of an object, and for how long.

export type HistoryKind = 'total' | 'endpoint' | 'block'

export interface HistoryFigures {
  /** Those that ended. */
  readonly requests: number
  readonly failures: number
  /** Completion tokens. */
  readonly tokens: number
  /** Streams with a first token, and the sum of their times to it. */
  readonly firstTokens: number
  readonly firstTokenMs: number
  /** The most at any sample. */
  readonly inflight: number
  readonly waiting: number
}

/** Sketches of times, as stored; null where there are none. */
export interface HistoryTimes {
  readonly firstTokenTimes: Uint8Array | null
  /** Of the attempts that succeeded. */
  readonly durationTimes: Uint8Array | null
}

export interface HistorySample extends HistoryFigures, HistoryTimes {
  /** Seconds since the epoch, a multiple of the fine step. */
  readonly atS: number
  readonly kind: HistoryKind
  /** 0 for the total. */
  readonly id: number
}

/** Every row of the coarse step is the sum of its fine rows, so that both answer alike. */
export const FINE_STEP_S = 10
export const COARSE_STEP_S = 300

const DAY_S = 86_400

/** How long the rows of a step are kept. */
export const retentionS = (stepS: number): number => (stepS === FINE_STEP_S ? DAY_S : 35 * DAY_S)

/** Most rows of one step: a large fleet has a shorter history. */
export const MAX_HISTORY_ROWS = 1_500_000

/** @returns the start of the step that a time falls in. */
export const stepStart = (atS: number, stepS: number): number => Math.floor(atS / stepS) * stepS
