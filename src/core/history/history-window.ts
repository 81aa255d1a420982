// Chooses the steps in which a window of the history is told.
import { COARSE_STEP_S, FINE_STEP_S, retentionS, stepStart } from './history-sample.ts'

export interface HistoryWindow {
  /** Seconds since the epoch, multiples of the step. */
  readonly fromS: number
  /** Not included. */
  readonly toS: number
  readonly stepS: number
  /** The rows that it is read from. */
  readonly rowStepS: number
}

interface WindowQuery {
  readonly fromMs: number
  readonly toMs: number
  /** Default: the finest of a few that fits. */
  readonly stepS?: number | undefined
}

/** Bounds the answer. */
export const MAX_POINTS = 500

// An hour in steps of ten seconds, with its ends rounded.
const DEFAULT_POINTS = 365
const DEFAULT_STEPS_S = [10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 86_400]

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** A window begins where the history may begin, and ends after the present step at the latest. */
export function historyWindow({ fromMs, toMs, stepS }: WindowQuery, nowMs: number): HistoryWindow {
  const nowS = Math.floor(nowMs / 1000)
  const oldestS = nowS - retentionS(COARSE_STEP_S)
  const endS = Math.min(Math.max(Math.ceil(toMs / 1000), oldestS + FINE_STEP_S), nowS + 1)
  const startS = Math.min(Math.max(Math.floor(fromMs / 1000), oldestS), endS - 1)
  const spanS = endS - startS
  // The ends are rounded to the step, which may add one at each.
  const least = spanS / (MAX_POINTS - 2)
  const wanted = stepS ?? DEFAULT_STEPS_S.find((step) => spanS / step <= DEFAULT_POINTS) ?? COARSE_STEP_S
  const fineStep = roundUp(Math.max(wanted, least), FINE_STEP_S)
  // Fine rows may be gone; a minute is left for those that leave at this moment.
  const isFine = fineStep % COARSE_STEP_S !== 0 && startS >= nowS - retentionS(FINE_STEP_S) + 60
  const step = isFine && fineStep < COARSE_STEP_S ? fineStep : roundUp(fineStep, COARSE_STEP_S)
  return {
    fromS: stepStart(startS, step),
    toS: roundUp(endS, step),
    stepS: step,
    rowStepS: step % COARSE_STEP_S === 0 ? COARSE_STEP_S : FINE_STEP_S,
  }
}
