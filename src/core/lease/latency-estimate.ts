// Estimates the 99th percentile of a latency from a histogram with exponential buckets, whose old entries fade.

/** The entries by bucket, then their number. Plain data, since there are two per endpoint. */
export type LatencyEstimate = number[]

/** The upper bound of bucket n is this to the power of n, in milliseconds. */
const RATIO = 1.2
// The last bucket begins at half an hour.
const BUCKETS = 80
const TOTAL = BUCKETS
const MIN_ENTRIES = 10
/** The number of entries at which all counts are halved: after a change the new latencies prevail within 3,500 of them. */
const MAX_ENTRIES = 1_000

const bucketOf = (ms: number): number =>
  ms <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms) / Math.log(RATIO)))

export const createLatencyEstimate = (): LatencyEstimate => new Array<number>(BUCKETS + 1).fill(0)

export function addLatency(estimate: LatencyEstimate, ms: number): void {
  const bucket = bucketOf(ms)
  estimate[bucket] = (estimate[bucket] ?? 0) + 1
  const total = (estimate[TOTAL] ?? 0) + 1
  estimate[TOTAL] = total
  if (total < MAX_ENTRIES) return
  for (let index = 0; index <= TOTAL; index += 1) estimate[index] = (estimate[index] ?? 0) / 2
}

/** At most a fifth above the exact value; undefined before the first ten entries. */
export function p99Of(estimate: LatencyEstimate): number | undefined {
  const total = estimate[TOTAL] ?? 0
  if (total < MIN_ENTRIES) return undefined
  let above = 0
  let bucket = BUCKETS - 1
  for (; bucket > 0; bucket -= 1) {
    above += estimate[bucket] ?? 0
    if (above > total / 100) break
  }
  return RATIO ** bucket
}
