/** Finds the highest rate that still meets the limits: doubles until one fails, then halves the ratio between the two. */

/** What became of the arrivals at one rate. */
export interface Trial {
  readonly ratePerS: number
  /** Arrivals within every limit. */
  readonly good: number
  /** All arrivals that have ended. */
  readonly judged: number
}

export interface KneeSearch {
  readonly fromPerS: number
  readonly toPerS: number
  /** The share of good requests that the card has to reach. */
  readonly goalPercent: number
  /** The search ends when the rate that fails is at most this much above the one that passes. */
  readonly precisionPercent: number
}

/** `passes` and `fails` are said with 95 % confidence. */
export type TrialVerdict = 'passes' | 'fails' | 'unsure'

const Z = 1.96

/** The interval of Wilson for a share. */
export function shareInterval(good: number, judged: number): readonly [low: number, high: number] {
  if (judged === 0) return [0, 1]
  const share = good / judged
  const spread = Z ** 2 / judged
  const centre = (share + spread / 2) / (1 + spread)
  const half = (Z * Math.sqrt((share * (1 - share)) / judged + spread / (4 * judged))) / (1 + spread)
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

export function judgeTrial({ good, judged }: Trial, goalPercent: number): TrialVerdict {
  const [low, high] = shareInterval(good, judged)
  const goal = goalPercent / 100
  // No number of requests shows with confidence that every one is good.
  if (goal >= 1) return judged > 0 && good === judged ? 'passes' : 'fails'
  if (low >= goal) return 'passes'
  return high < goal ? 'fails' : 'unsure'
}

/** As `judgeTrial`; where that is unsure, by the share itself, since the search has to go on. */
function meetsGoal(trial: Trial, goalPercent: number): boolean {
  const verdict = judgeTrial(trial, goalPercent)
  return verdict === 'unsure' ? trial.good * 100 >= trial.judged * goalPercent : verdict === 'passes'
}

export interface Knee {
  /** The highest rate that met the limits; null when none did. */
  readonly passedPerS: number | null
  /** The lowest rate above it that did not; null when all did. */
  readonly failedPerS: number | null
  /** Whether both were judged with confidence. */
  readonly isSure: boolean
}

/** @param trials - in any order. */
export function kneeOf(trials: readonly Trial[], goalPercent: number): Knee {
  const failed = trials
    .filter((trial) => !meetsGoal(trial, goalPercent))
    .sort((a, b) => a.ratePerS - b.ratePerS)[0]
  const passed = trials
    .filter(
      (trial) => meetsGoal(trial, goalPercent) && (failed === undefined || trial.ratePerS < failed.ratePerS),
    )
    .sort((a, b) => b.ratePerS - a.ratePerS)[0]
  const isSure = [passed, failed].every(
    (trial) => trial === undefined || judgeTrial(trial, goalPercent) !== 'unsure',
  )
  return { passedPerS: passed?.ratePerS ?? null, failedPerS: failed?.ratePerS ?? null, isSure }
}

/** @returns the rate to try next; null when the knee is found. */
export function nextRate(trials: readonly Trial[], search: KneeSearch): number | null {
  const { fromPerS, toPerS, goalPercent, precisionPercent } = search
  if (trials.length === 0) return fromPerS
  const { passedPerS, failedPerS } = kneeOf(trials, goalPercent)
  // Below the lowest rate there is nothing to find.
  if (passedPerS === null) return null
  if (failedPerS === null) return passedPerS >= toPerS ? null : Math.min(toPerS, passedPerS * 2)
  return failedPerS / passedPerS <= 1 + precisionPercent / 100 ? null : Math.sqrt(passedPerS * failedPerS)
}
