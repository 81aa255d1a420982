/** Sums several figures side by side in time buckets: plain data, so that many may be kept. */

export interface TrafficRing {
  /** Figures of one bucket. */
  readonly width: number
  readonly buckets: number
  /** Bucket by bucket, each `width` figures. No typed array: those cost a few hundred bytes more each. */
  readonly sums: number[]
  /** Number of the latest bucket that was written to. */
  newest: number
}

/** @param bucket - the present one. */
export const createTrafficRing = (width: number, buckets: number, bucket: number): TrafficRing => ({
  width,
  buckets,
  sums: new Array<number>(width * buckets).fill(0),
  newest: bucket,
})

function clearUpTo(ring: TrafficRing, bucket: number): void {
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
 * Makes a bucket the newest.
 * @param bucket - never less than in an earlier call.
 * @returns where its figures stand in `sums`.
 */
export function openBucket(ring: TrafficRing, bucket: number): number {
  if (bucket > ring.newest) clearUpTo(ring, bucket)
  return (bucket % ring.buckets) * ring.width
}

/** Adds to the figure that stands there. */
export function addAt({ sums }: TrafficRing, place: number, amount: number): void {
  sums[place] = (sums[place] ?? 0) + amount
}

/** Sum of one figure over buckets `from` to `to`, both among them; those that are no longer or not yet there are 0. */
export function sumBuckets(ring: TrafficRing, figure: number, from: number, to: number): number {
  const { width, buckets, sums, newest } = ring
  let sum = 0
  for (let bucket = Math.max(from, newest - buckets + 1, 0); bucket <= Math.min(to, newest); bucket += 1) {
    sum += sums[(bucket % buckets) * width + figure] ?? 0
  }
  return sum
}
