/** How traffic looks: the width of a wire, and how many marks travel along it at which pace. */

const THINNEST = 1.2
const THICKEST = 4.5
/** Tokens per second of the thickest wire. */
const FULL_WIDTH_RATE = 10_000

/** In pixels, by the logarithm of the rate. */
export function wireWidth(tokensPerSecond: number): number {
  const part = Math.log1p(Math.max(0, tokensPerSecond)) / Math.log1p(FULL_WIDTH_RATE)
  return THINNEST + (THICKEST - THINNEST) * Math.min(1, part)
}

export interface Rates {
  readonly tokens_per_second: number
  readonly requests_per_second: number
  readonly errors_per_second: number
  readonly inflight: number
}

export const isBusy = (rates: Rates): boolean =>
  rates.requests_per_second > 0 || rates.tokens_per_second > 0 || rates.inflight > 0

/** The greatest rate of late. It rises at once and sinks slowly, so that the pace of all does not jump when one stops. */
export function createMovingMaximum(keeps = 0.97) {
  let maximum = 0
  return (rate: number): number => (maximum = Math.max(rate, maximum * keeps))
}

export interface TrafficFlow {
  /** Pixels on screen per second. */
  readonly pace: number
  /** Marks on the wire, evenly spread. */
  readonly marks: number
  /** Of the marks: those that stand for requests which failed; at least one where any failed. */
  readonly faults: number
}

const SLOWEST_PACE = 24
const FASTEST_PACE = 140

/** @param maximum - tokens per second of the busiest wire of late. */
export function trafficFlowOf(rates: Rates, maximum: number): TrafficFlow | undefined {
  if (!isBusy(rates)) return undefined
  const part = maximum > 0 ? Math.min(1, rates.tokens_per_second / maximum) : 0
  const marks = 1 + Math.round(2 * Math.sqrt(part))
  const failing =
    rates.requests_per_second > 0 ? Math.min(1, rates.errors_per_second / rates.requests_per_second) : 0
  return {
    pace: SLOWEST_PACE + (FASTEST_PACE - SLOWEST_PACE) * part,
    marks: failing > 0 && failing < 1 ? marks + 1 : marks,
    faults: failing > 0 ? Math.max(1, Math.round(failing * marks)) : 0,
  }
}
