// Two clients take turns against one backend: each sends in every other second, so that both see the same machine. The
// backend's delays are known, and the same for both.

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export const TURN_MS = 1_000
/** Of a turn; the last responses arrive in the rest of it. */
const SENDING_MS = 800
const REQUESTS = 160
const [SHORTEST_MS, LONGEST_MS] = [20, 120]
// Without a common divisor with REQUESTS: each turn has each delay once, in an order without a slope.
const STRIDE = 61

const delays = Array.from({ length: REQUESTS }, (_, index) =>
  Math.round(SHORTEST_MS + ((LONGEST_MS - SHORTEST_MS) * index) / (REQUESTS - 1)),
)

/** @param number - of the request among those of its client, from 0. */
export const delayMs = (number: number): number => delays[(number * STRIDE) % REQUESTS] ?? NaN

/** When the requests of one client are due, in milliseconds from its first. */
export const dueTimes = (turns: number): number[] =>
  Array.from(
    { length: turns * REQUESTS },
    (_, number) =>
      2 * TURN_MS * Math.floor(number / REQUESTS) + ((number % REQUESTS) * SENDING_MS) / REQUESTS,
  )

/** Nearest rank. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

export const knownPercentiles = percentiles(delays)
