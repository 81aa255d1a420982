/** The appearance of traffic: the width of a wire, and the number and speed of its marks. */

const THINNEST = 1.2
const THICKEST = 4.5
/** Tokens per second at which a wire has its greatest width. */
const FULL_WIDTH_RATE = 10_000

/** @returns pixels, logarithmic in the rate. */
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

const RATES = ['tokens_per_second', 'requests_per_second', 'errors_per_second', 'inflight'] as const

/** The rates of several wires together. */
export const sumOfRates = (all: readonly (Rates | undefined)[]): Rates =>
  Object.fromEntries(
    RATES.map((name) => [name, all.reduce((sum, rates) => sum + (rates?.[name] ?? 0), 0)]),
  ) as unknown as Rates

export const isBusy = (rates: Rates): boolean =>
  rates.requests_per_second > 0 || rates.tokens_per_second > 0 || rates.inflight > 0

/** The recent maximum of a rate. It decays slowly, so that the speed of all marks does not jump when one wire stops. */
export function createMovingMaximum(keeps = 0.97) {
  let maximum = 0
  return (rate: number): number => (maximum = Math.max(rate, maximum * keeps))
}

export interface TrafficFlow {
  /** Speed of the marks, in pixels on screen per second. */
  readonly pace: number
  /** Number of marks, evenly spaced. */
  readonly marks: number
  /** Number of marks that stand for failed requests; at least one where any request failed. */
  readonly faults: number
}

const SLOWEST_PACE = 24
const FASTEST_PACE = 140

/** @param maximum - recent maximum of tokens per second over all wires */
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
