// A ring of time buckets that sums one or more figures side by side. Plain data, so that many can be kept.

/**
 * The number of figures per bucket, the number of buckets, the number of the latest bucket that was opened, then the figures. One
 * plain array, so that a count touches little memory; a typed array would cost a few hundred bytes more.
 */
export type BucketRing = number[]

const WIDTH = 0
const BUCKETS = 1
const NEWEST = 2
const FIRST_FIGURE = 3

const widthOf = (ring: BucketRing): number => ring[WIDTH] ?? 0
const bucketsOf = (ring: BucketRing): number => ring[BUCKETS] ?? 0

/** The number of the latest bucket that was opened. */
export const newestBucket = (ring: BucketRing): number => ring[NEWEST] ?? 0

/** @returns the index of the bucket's first figure. */
const indexOf = (ring: BucketRing, bucket: number): number =>
  FIRST_FIGURE + (bucket % bucketsOf(ring)) * widthOf(ring)

/** @param bucket - number of the current bucket: the time divided by the bucket's length, rounded down. */
export function createBucketRing(width: number, buckets: number, bucket: number): BucketRing {
  const ring = new Array<number>(FIRST_FIGURE + width * buckets).fill(0)
  ring[WIDTH] = width
  ring[BUCKETS] = buckets
  ring[NEWEST] = bucket
  return ring
}

/** Sets all figures to 0. */
export function clearRing(ring: BucketRing): void {
  ring.fill(0, FIRST_FIGURE)
}

function clearUpTo(ring: BucketRing, bucket: number): void {
  const newest = newestBucket(ring)
  if (bucket - newest >= bucketsOf(ring)) clearRing(ring)
  else
    for (let next = newest + 1; next <= bucket; next += 1) {
      const from = indexOf(ring, next)
      ring.fill(0, from, from + widthOf(ring))
    }
  ring[NEWEST] = bucket
}

/**
 * Makes a bucket the newest; one that is older than the newest leaves the newest as it is.
 * @returns the index of the first figure of the newest bucket.
 */
export function openBucket(ring: BucketRing, bucket: number): number {
  if (bucket > newestBucket(ring)) clearUpTo(ring, bucket)
  return indexOf(ring, newestBucket(ring))
}

/** @param index - from openBucket, plus the number of the figure. */
export function addAt(ring: BucketRing, index: number, amount: number): void {
  ring[index] = (ring[index] ?? 0) + amount
}

/** Sum of one figure over the buckets `from` to `to`, both included; buckets outside the ring count as 0. */
export function sumBuckets(ring: BucketRing, figure: number, from: number, to: number): number {
  const newest = newestBucket(ring)
  let sum = 0
  for (
    let bucket = Math.max(from, newest - bucketsOf(ring) + 1, 0);
    bucket <= Math.min(to, newest);
    bucket += 1
  )
    sum += ring[indexOf(ring, bucket) + figure] ?? 0
  return sum
}
