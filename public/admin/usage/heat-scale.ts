/** The scale of the heat of first tokens: logarithmic, between round figures. */

/** Shades, from the palest, 1, to the strongest. */
export const LEVELS = 6

export interface HeatScale {
  readonly lowMs: number
  readonly highMs: number
}

/** A smaller difference than this factor does not use all shades, or noise would look like a difference. */
const LEAST_SPAN = 10
const STEPS = [1, 2, 5, 10]

/** @returns the largest of 1, 2 and 5 times a power of ten that is not above the figure. */
function roundBelow(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms))
  return power * (STEPS.findLast((step) => step * power <= ms) ?? 1)
}

/** @returns the least of 1, 2 and 5 times a power of ten that is not below the figure. */
function roundAbove(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms))
  return power * (STEPS.find((step) => step * power >= ms) ?? 10)
}

/** @param times - in milliseconds; all below 1 ms count as 1 ms. @returns undefined where there are none. */
export function heatScale(times: readonly number[]): HeatScale | undefined {
  if (times.length === 0) return undefined
  // Not by spreading: there may be more times than a call takes arguments.
  const least = times.reduce((low, ms) => Math.min(low, ms), Infinity)
  const most = times.reduce((high, ms) => Math.max(high, ms), 1)
  const lowMs = roundBelow(Math.max(1, least))
  return { lowMs, highMs: Math.max(roundAbove(most), lowMs * LEAST_SPAN) }
}

/** @returns 1 to LEVELS. */
export function levelOf(ms: number, { lowMs, highMs }: HeatScale): number {
  const part = Math.log(ms / lowMs) / Math.log(highMs / lowMs)
  return 1 + Math.max(0, Math.min(LEVELS - 1, Math.floor(part * LEVELS)))
}
