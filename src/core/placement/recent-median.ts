// The weighted median of the latest samples: outliers do not move it, a lasting change does at once.

export interface RecentMedian {
  /** @param value - above 0. @param weight - above 0. */
  add(value: number, weight: number): void
  /** undefined before the first sample. */
  value(): number | undefined
  clear(): void
}

interface Sample {
  readonly value: number
  readonly weight: number
}

const MAX_SAMPLES = 9
/** So many samples in a row that are all this many times above the median of the earlier ones, or below it, are a change. */
const CHANGE_SAMPLES = 3
const CHANGE_FACTOR = 3

function weightedMedian(samples: readonly Sample[]): number | undefined {
  const sorted = samples.toSorted((a, b) => a.value - b.value)
  let half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  return sorted.find(({ weight }) => (half -= weight) <= 0)?.value
}

/** Whether the latest of the samples differ from the earlier ones by more than noise. */
function hasChanged(earlier: readonly Sample[], latest: readonly Sample[]): boolean {
  const median = weightedMedian(earlier)
  return (
    median !== undefined &&
    (latest.every(({ value }) => value > median * CHANGE_FACTOR) ||
      latest.every(({ value }) => value < median / CHANGE_FACTOR))
  )
}

function medianOf(samples: readonly Sample[]): number | undefined {
  const latest = samples.slice(-CHANGE_SAMPLES)
  return weightedMedian(hasChanged(samples.slice(0, -CHANGE_SAMPLES), latest) ? latest : samples)
}

export function createRecentMedian(): RecentMedian {
  /** In order of arrival. */
  let samples: Sample[] = []
  let median: number | undefined
  /** Computed when it is read: most samples are never asked about. */
  let isCurrent = true
  return {
    add(value, weight) {
      samples.push({ value, weight })
      if (samples.length > MAX_SAMPLES) samples.shift()
      isCurrent = false
    },
    value() {
      if (!isCurrent) median = medianOf(samples)
      isCurrent = true
      return median
    },
    clear() {
      samples = []
      median = undefined
      isCurrent = true
    },
  }
}
