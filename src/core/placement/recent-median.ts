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

// Reused from median to median: each response teaches several.
const sortedValues = new Float64Array(MAX_SAMPLES)
const sortedWeights = new Float64Array(MAX_SAMPLES)

/** @param from - of the first sample. @param to - after the last one, above `from`. */
function weightedMedian(values: Float64Array, weights: Float64Array, from: number, to: number): number {
  let count = 0
  let half = 0
  for (let index = from; index < to; index += 1, count += 1) {
    const value = values[index] ?? 0
    const weight = weights[index] ?? 0
    let at = count
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
function hasChanged(values: Float64Array, weights: Float64Array, from: number, to: number): boolean {
  if (from <= 0) return false
  const median = weightedMedian(values, weights, 0, from)
  const latest = values.subarray(from, to)
  return (
    latest.every((value) => value > median * CHANGE_FACTOR) ||
    latest.every((value) => value < median / CHANGE_FACTOR)
  )
}

export function createRecentMedian(): RecentMedian {
  // In order of arrival.
  const values = new Float64Array(MAX_SAMPLES)
  const weights = new Float64Array(MAX_SAMPLES)
  let count = 0
  let median: number | undefined
  /** Computed when it is read: most samples are never asked about. */
  let isCurrent = true
  return {
    add(value, weight) {
      if (count === MAX_SAMPLES) {
        values.copyWithin(0, 1)
        weights.copyWithin(0, 1)
        count -= 1
      }
      values[count] = value
      weights[count] = weight
      count += 1
      isCurrent = false
    },
    value() {
      if (isCurrent) return median
      const latest = count - CHANGE_SAMPLES
      median = weightedMedian(values, weights, hasChanged(values, weights, latest, count) ? latest : 0, count)
      isCurrent = true
      return median
    },
    clear() {
      count = 0
      median = undefined
      isCurrent = true
    },
  }
}
