/**
 * Counts durations in logarithmic buckets. Percentiles are within half a percent, memory is bounded, sketches can be merged.
 * The history of the balancer has another, coarser one (core/traffic/time-sketch.ts): its sketches are stored for weeks.
 */
import { BARS_PER_DECADE, type LatencySummary } from '../model/run-summary.ts'

const BUCKETS_PER_BAR = 12
const BUCKETS_PER_DECADE = BARS_PER_DECADE * BUCKETS_PER_BAR
/** Half the width of a bucket relative to its middle: 0.48 %. */
export const RELATIVE_ERROR = (10 ** (1 / BUCKETS_PER_DECADE) - 1) / (10 ** (1 / BUCKETS_PER_DECADE) + 1)

const MIN_MS = 1e-3
const MAX_MS = 1e9
const FIRST_BUCKET = Math.floor(Math.log10(MIN_MS) * BUCKETS_PER_DECADE)
const LAST_BUCKET = Math.floor(Math.log10(MAX_MS) * BUCKETS_PER_DECADE)

const computeBucket = (ms: number): number =>
  ms <= MIN_MS
    ? FIRST_BUCKET
    : Math.min(LAST_BUCKET, Math.max(FIRST_BUCKET, Math.floor(Math.log10(ms) * BUCKETS_PER_DECADE)))

// A result goes into several sketches one after another.
let [lastMs, lastBucket] = [MIN_MS, FIRST_BUCKET]

function bucketOf(ms: number): number {
  if (ms !== lastMs) [lastMs, lastBucket] = [ms, computeBucket(ms)]
  return lastBucket
}

/** @returns the value in a bucket whose relative distance to both ends is the same. */
function middleOf(bucket: number): number {
  const start = 10 ** (bucket / BUCKETS_PER_DECADE)
  return start * (1 + RELATIVE_ERROR)
}

interface Buckets {
  /** Index of the bucket that `counts[0]` belongs to. */
  readonly first: number
  readonly counts: Readonly<Uint32Array>
}

interface Extremes {
  readonly minMs: number
  readonly maxMs: number
  readonly sumMs: number
}

export interface LatencySketch {
  /** @param ms - not negative; a value below one microsecond is counted as one microsecond. */
  add(ms: number): void
  merge(other: LatencySketch): void
  count(): number
  /** @returns the value of rank ceil(fraction * count) (nearest rank); NaN while the sketch is empty. */
  quantile(fraction: number): number
  /** @returns null while the sketch is empty. */
  summary(): LatencySummary | null
  /** The internal counts, read by `merge` of another sketch. */
  buckets(): Buckets
  extremes(): Extremes
}

/** Counts by bucket. Allocates only the range of buckets that are in use. */
function createBuckets() {
  let counts = new Uint32Array(0)
  let first = 0

  const growTo = (low: number, high: number): void => {
    const end = first + counts.length
    if (counts.length > 0 && low >= first && high < end) return
    const isEmpty = counts.length === 0
    const newFirst = Math.max(FIRST_BUCKET, Math.min(isEmpty ? low : first, low - BUCKETS_PER_BAR))
    const newEnd = Math.min(LAST_BUCKET + 1, Math.max(isEmpty ? high : end, high + 1 + BUCKETS_PER_BAR))
    const grown = new Uint32Array(newEnd - newFirst)
    grown.set(counts, isEmpty ? 0 : first - newFirst)
    counts = grown
    first = newFirst
  }

  return {
    add(ms: number): void {
      const bucket = bucketOf(ms)
      growTo(bucket, bucket)
      counts[bucket - first]! += 1
    },
    merge(other: Buckets): void {
      if (other.counts.length === 0) return
      growTo(other.first, other.first + other.counts.length - 1)
      for (const [index, added] of other.counts.entries()) counts[other.first - first + index]! += added
    },
    read: (): Buckets => ({ first, counts }),
    /** @returns the middle of the bucket of the value with this rank; ranks start at 1. */
    valueAtRank(rank: number): number {
      let seen = 0
      for (const [index, bucketCount] of counts.entries()) {
        seen += bucketCount
        if (seen >= rank) return middleOf(first + index)
      }
      return Infinity
    },
  }
}

function barsOf({ first, counts }: Buckets, minMs: number, maxMs: number) {
  const barOf = (bucket: number): number => Math.floor(bucket / BUCKETS_PER_BAR)
  const firstBar = barOf(bucketOf(minMs))
  const bars = new Array<number>(barOf(bucketOf(maxMs)) - firstBar + 1).fill(0)
  for (const [index, bucketCount] of counts.entries())
    if (bucketCount > 0) bars[barOf(first + index) - firstBar]! += bucketCount
  return { firstBar, bars }
}

/**
 * Takes a few kilobytes for the range of real latencies, 23 kB at most.
 * @see https://arxiv.org/abs/1908.10693 (DDSketch)
 */
export function createLatencySketch(): LatencySketch {
  const buckets = createBuckets()
  let count = 0
  let sumMs = 0
  let minMs = Infinity
  let maxMs = 0

  const valueAtRank = (rank: number): number =>
    Math.min(maxMs, Math.max(minMs, buckets.valueAtRank(Math.min(count, Math.max(1, rank)))))
  const quantile = (fraction: number): number =>
    count === 0 ? NaN : valueAtRank(Math.ceil(fraction * count))
  /** 95 % confidence interval from ranks around the quantile, by the normal approximation of the binomial. */
  const confidence = (fraction: number): [number, number] => {
    const spread = 1.96 * Math.sqrt(count * fraction * (1 - fraction))
    const rank = fraction * count
    return [valueAtRank(Math.floor(rank - spread)), valueAtRank(Math.ceil(rank + spread) + 1)]
  }
  const addExtremes = (added: Extremes, times: number): void => {
    count += times
    sumMs += added.sumMs
    minMs = Math.min(minMs, added.minMs)
    maxMs = Math.max(maxMs, added.maxMs)
  }

  return {
    add(ms) {
      buckets.add(ms)
      addExtremes({ minMs: ms, maxMs: ms, sumMs: ms }, 1)
    },
    merge(other) {
      buckets.merge(other.buckets())
      addExtremes(other.extremes(), other.count())
    },
    count: () => count,
    quantile,
    summary: () =>
      count === 0
        ? null
        : {
            count,
            meanMs: sumMs / count,
            minMs,
            maxMs,
            p50Ms: quantile(0.5),
            p90Ms: quantile(0.9),
            p95Ms: quantile(0.95),
            p99Ms: quantile(0.99),
            confidence: {
              p50Ms: confidence(0.5),
              p90Ms: confidence(0.9),
              p95Ms: confidence(0.95),
              p99Ms: confidence(0.99),
            },
            ...barsOf(buckets.read(), minMs, maxMs),
          },
    buckets: buckets.read,
    extremes: () => ({ minMs, maxMs, sumMs }),
  }
}
