// A ring of time buckets that sums one or more figures side by side. Plain data, so that many can be kept.

export interface BucketRing {
  /** Figures per bucket. */
  readonly width: number
  readonly buckets: number
  /** `width` figures per bucket. A plain array: a typed array would cost a few hundred bytes more per ring. */
  readonly sums: number[]
  /** Number of the latest bucket that was opened. */
  newest: number
}

/** @param bucket - number of the current bucket: the time divided by the bucket's length, rounded down. */
export const createBucketRing = (width: number, buckets: number, bucket: number): BucketRing => ({
  width,
  buckets,
  sums: new Array<number>(width * buckets).fill(0),
  newest: bucket,
})

function clearUpTo(ring: BucketRing, bucket: number): void {
  const { width, buckets, sums, newest } = ring
  if (bucket - newest >= buckets) sums.fill(0)
  else
    for (let next = newest + 1; next <= bucket; next += 1) {
      const from = (next % buckets) * width
      sums.fill(0, from, from + width)
    }
  ring.newest = bucket
}

/**
 * Makes a bucket the newest; one that is older than the newest leaves the newest as it is.
 * @returns the index of the first figure of the newest bucket in `sums`.
 */
export function openBucket(ring: BucketRing, bucket: number): number {
  if (bucket > ring.newest) clearUpTo(ring, bucket)
  return (ring.newest % ring.buckets) * ring.width
}

/** @param index - from openBucket, plus the number of the figure. */
export function addAt({ sums }: BucketRing, index: number, amount: number): void {
  sums[index] = (sums[index] ?? 0) + amount
}

/** Sum of one figure over the buckets `from` to `to`, both included; buckets outside the ring count as 0. */
export function sumBuckets(ring: BucketRing, figure: number, from: number, to: number): number {
  const { width, buckets, sums, newest } = ring
  let sum = 0
  for (let bucket = Math.max(from, newest - buckets + 1, 0); bucket <= Math.min(to, newest); bucket += 1) {
    sum += sums[(bucket % buckets) * width + figure] ?? 0
  }
  return sum
}

/** Sets all figures to 0. */
export function clearRing({ sums }: BucketRing): void {
  sums.fill(0)
}
