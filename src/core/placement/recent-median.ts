// The weighted median of the latest samples: outliers do not move it, a lasting change does at once.

/** The latest samples, in a ring. Plain data, since there are several per endpoint. */
export interface RecentSamples {
  /** Value and weight of each, in turns. */
  readonly pairs: number[]
  count: number
  /** Where the next sample goes; where the oldest one is, once the ring is full. */
  next: number
}

const MAX_SAMPLES = 9
/** So many samples in a row that are all this many times above the median of the earlier ones, or below it, are a change. */
const CHANGE_SAMPLES = 3
const CHANGE_FACTOR = 3

// Reused from median to median: each response teaches several.
const sortedValues = new Float64Array(MAX_SAMPLES)
const sortedWeights = new Float64Array(MAX_SAMPLES)

/** Where in the ring a sample is. @param order - 0 for the oldest. */
function placeOf({ count, next }: RecentSamples, order: number): number {
  const place = next - count + order
  return place < 0 ? place + MAX_SAMPLES : place
}

/** @param from - of the first sample. @param to - after the last one, above `from`. */
function weightedMedian(samples: RecentSamples, from: number, to: number): number {
  const count = to - from
  let half = 0
  for (let sorted = 0; sorted < count; sorted += 1) {
    const place = placeOf(samples, from + sorted)
    const value = samples.pairs[2 * place] ?? 0
    const weight = samples.pairs[2 * place + 1] ?? 0
    let at = sorted
    for (; at > 0 && (sortedValues[at - 1] ?? 0) > value; at -= 1) {
      sortedValues[at] = sortedValues[at - 1] ?? 0
      sortedWeights[at] = sortedWeights[at - 1] ?? 0
    }
    sortedValues[at] = value
    sortedWeights[at] = weight
    half += weight / 2
  }
  let index = 0
  for (; index < count - 1; index += 1) if ((half -= sortedWeights[index] ?? 0) <= 0) break
  return sortedValues[index] ?? 0
}

/** Whether the samples from `from` on differ from the earlier ones by more than noise. */
function hasChanged(samples: RecentSamples, from: number): boolean {
  if (from <= 0) return false
  const median = weightedMedian(samples, 0, from)
  let least = Infinity
  let most = 0
  for (let order = from; order < samples.count; order += 1) {
    const value = samples.pairs[2 * placeOf(samples, order)] ?? 0
    if (value < least) least = value
    if (value > most) most = value
  }
  return least > median * CHANGE_FACTOR || most < median / CHANGE_FACTOR
}

export const createRecentSamples = (): RecentSamples => ({ pairs: [], count: 0, next: 0 })

/** @param value - above 0. @param weight - above 0. */
export function addSample(samples: RecentSamples, value: number, weight: number): void {
  const { pairs, next } = samples
  pairs[2 * next] = value
  pairs[2 * next + 1] = weight
  samples.next = (next + 1) % MAX_SAMPLES
  if (samples.count < MAX_SAMPLES) samples.count += 1
}

/** NaN before the first sample. */
export function medianOf(samples: RecentSamples): number {
  if (samples.count === 0) return NaN
  const latest = samples.count - CHANGE_SAMPLES
  return weightedMedian(samples, hasChanged(samples, latest) ? latest : 0, samples.count)
}
