// The weighted median of the latest samples: outliers do not move it, a lasting change does at once.

/** Value and weight of each of the latest samples, in turns, the oldest first. Plain data, since there are several per endpoint. */
export type RecentSamples = number[]

const MAX_SAMPLES = 9
/** So many samples in a row that are all this many times above the median of the earlier ones, or below it, are a change. */
const CHANGE_SAMPLES = 3
const CHANGE_FACTOR = 3

// Reused from median to median: each response teaches several.
const sortedValues = new Float64Array(MAX_SAMPLES)
const sortedWeights = new Float64Array(MAX_SAMPLES)

/** @param from - number of the first sample. @param to - after the last one, above `from`. */
function weightedMedian(samples: RecentSamples, from: number, to: number): number {
  const count = to - from
  let half = 0
  for (let sorted = 0; sorted < count; sorted += 1) {
    const index = 2 * (from + sorted)
    const value = samples[index] ?? 0
    const weight = samples[index + 1] ?? 0
    let at = sorted
    for (; at > 0 && (sortedValues[at - 1] ?? 0) > value; at -= 1) {
      sortedValues[at] = sortedValues[at - 1] ?? 0
      sortedWeights[at] = sortedWeights[at - 1] ?? 0
    }
    sortedValues[at] = value
    sortedWeights[at] = weight
    half += weight / 2
  }
  let middle = 0
  for (; middle < count - 1; middle += 1) if ((half -= sortedWeights[middle] ?? 0) <= 0) break
  return sortedValues[middle] ?? 0
}

/** Whether the samples from `from` on differ from the earlier ones by more than noise. */
function hasChanged(samples: RecentSamples, from: number): boolean {
  if (from <= 0) return false
  const median = weightedMedian(samples, 0, from)
  let least = Infinity
  let most = 0
  for (let index = 2 * from; index < samples.length; index += 2) {
    const value = samples[index] ?? 0
    if (value < least) least = value
    if (value > most) most = value
  }
  return least > median * CHANGE_FACTOR || most < median / CHANGE_FACTOR
}

export const createRecentSamples = (): RecentSamples => []

/** @param value - above 0. @param weight - above 0. */
export function addSample(samples: RecentSamples, value: number, weight: number): void {
  if (samples.length < 2 * MAX_SAMPLES) return void samples.push(value, weight)
  for (let index = 2; index < samples.length; index += 1) samples[index - 2] = samples[index] ?? 0
  samples[samples.length - 2] = value
  samples[samples.length - 1] = weight
}

/** NaN before the first sample. */
export function medianOf(samples: RecentSamples): number {
  const count = samples.length / 2
  if (count === 0) return NaN
  const latest = count - CHANGE_SAMPLES
  return weightedMedian(samples, hasChanged(samples, latest) ? latest : 0, count)
}
