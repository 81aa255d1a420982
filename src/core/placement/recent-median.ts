// The weighted median of the latest samples: outliers do not move it, a lasting change does at once.

export interface RecentMedian {
  /** @param value - above 0. @param weight - above 0. */
  add(value: number, weight: number): void
  /** undefined before the first sample. */
  value(): number | undefined
  clear(): void
}

const MAX_SAMPLES = 9
/** So many samples in a row that are all this many times above the median of the earlier ones, or below it, are a change. */
const CHANGE_SAMPLES = 3
const CHANGE_FACTOR = 3

/** The latest samples, in a ring. */
interface Samples {
  readonly values: Float64Array
  readonly weights: Float64Array
  count: number
  /** Where the next sample goes; where the oldest one is, once the ring is full. */
  next: number
}

// Reused from median to median: each response teaches several.
const sortedValues = new Float64Array(MAX_SAMPLES)
const sortedWeights = new Float64Array(MAX_SAMPLES)

/** Where in the ring a sample is. @param order - 0 for the oldest. */
function placeOf({ count, next }: Samples, order: number): number {
  const place = next - count + order
  return place < 0 ? place + MAX_SAMPLES : place
}

/** @param from - of the first sample. @param to - after the last one, above `from`. */
function weightedMedian(samples: Samples, from: number, to: number): number {
  const count = to - from
  let half = 0
  for (let sorted = 0; sorted < count; sorted += 1) {
    const place = placeOf(samples, from + sorted)
    const value = samples.values[place] ?? 0
    const weight = samples.weights[place] ?? 0
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
function hasChanged(samples: Samples, from: number): boolean {
  if (from <= 0) return false
  const median = weightedMedian(samples, 0, from)
  let least = Infinity
  let most = 0
  for (let order = from; order < samples.count; order += 1) {
    const value = samples.values[placeOf(samples, order)] ?? 0
    if (value < least) least = value
    if (value > most) most = value
  }
  return least > median * CHANGE_FACTOR || most < median / CHANGE_FACTOR
}

export function createRecentMedian(): RecentMedian {
  const samples: Samples = {
    values: new Float64Array(MAX_SAMPLES),
    weights: new Float64Array(MAX_SAMPLES),
    count: 0,
    next: 0,
  }
  let median: number | undefined
  /** Computed when it is read: most samples are never asked about. */
  let isCurrent = true
  return {
    add(value, weight) {
      samples.values[samples.next] = value
      samples.weights[samples.next] = weight
      samples.next = (samples.next + 1) % MAX_SAMPLES
      if (samples.count < MAX_SAMPLES) samples.count += 1
      isCurrent = false
    },
    value() {
      if (isCurrent) return median
      const latest = samples.count - CHANGE_SAMPLES
      median = weightedMedian(samples, hasChanged(samples, latest) ? latest : 0, samples.count)
      isCurrent = true
      return median
    },
    clear() {
      samples.count = 0
      samples.next = 0
      median = undefined
      isCurrent = true
    },
  }
}
