// A histogram of times whose buckets grow by a constant factor. What it tells of a percentile is off by RELATIVE_ERROR at most,
// and the sum of the sketches of all parts is the sketch of the whole. The load engine has a sketch of its own, ten times as exact,
// since it must tell runs apart: here each object has two in each step, which are stored for weeks, so that few buckets matter more.

/** How many times fell in each bucket, by its number. Bucket n holds those above GROWTH ** (n - 1) ms, up to GROWTH ** n ms. */
export type TimeSketch = Map<number, number>

/** Of times from 1 ms to MAX_TIME_MS; those below count as 1 ms, and those above as MAX_TIME_MS. */
export const RELATIVE_ERROR = 0.05
export const MAX_TIME_MS = 3_600_000

const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GROWTH = Math.log(GROWTH)

export const MAX_BUCKET = Math.ceil(Math.log(MAX_TIME_MS) / LOG_GROWTH)

/** @returns the number of the bucket that a time falls in. */
export const bucketOf = (ms: number): number =>
  ms <= 1 ? 0 : Math.min(MAX_BUCKET, Math.ceil(Math.log(ms) / LOG_GROWTH))

/** @returns what is within RELATIVE_ERROR of both ends of the bucket. */
const valueOf = (bucket: number): number =>
  bucket === 0 ? 1 : Math.min(MAX_TIME_MS, (2 * GROWTH ** bucket) / (1 + GROWTH))

export function addToBucket(sketch: TimeSketch, bucket: number, count = 1): void {
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + count)
}

export function addSketch(sketch: TimeSketch, other: TimeSketch): void {
  for (const [bucket, count] of other) addToBucket(sketch, bucket, count)
}

/**
 * @param percents - ascending.
 * @returns for each the least time that at least so many per cent of the times do not exceed; null where there are none.
 */
export function percentilesOf(sketch: TimeSketch, percents: readonly number[]): (number | null)[] {
  const buckets = [...sketch].toSorted(([one], [other]) => one - other)
  const all = buckets.reduce((sum, [, count]) => sum + count, 0)
  let index = 0
  let passed = buckets[0]?.[1] ?? 0
  return percents.map((percent) => {
    const rank = Math.max(1, Math.ceil((all * percent) / 100))
    while (passed < rank && index < buckets.length - 1) {
      index += 1
      passed += buckets[index]?.[1] ?? 0
    }
    const found = buckets[index]
    return found === undefined ? null : valueOf(found[0])
  })
}
