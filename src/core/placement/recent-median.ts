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
/** So many samples in a row that are all this many times above the median, or below it, are a change: earlier ones are forgotten. */
const CHANGE_SAMPLES = 3
const CHANGE_FACTOR = 3

function medianOf(samples: readonly Sample[]): number | undefined {
  const sorted = samples.toSorted((a, b) => a.value - b.value)
  let half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  return sorted.find(({ weight }) => (half -= weight) <= 0)?.value
}

export function createRecentMedian(): RecentMedian {
  /** In order of arrival. */
  let samples: Sample[] = []
  let median: number | undefined
  let isCurrent = true

  const hasChanged = (from: number): boolean => {
    const latest = samples.slice(-CHANGE_SAMPLES)
    return (
      latest.length === CHANGE_SAMPLES &&
      (latest.every(({ value }) => value > from * CHANGE_FACTOR) ||
        latest.every(({ value }) => value < from / CHANGE_FACTOR))
    )
  }

  return {
    add(value, weight) {
      samples.push({ value, weight })
      if (samples.length > MAX_SAMPLES) samples.shift()
      isCurrent = false
    },
    value() {
      if (isCurrent) return median
      if (median !== undefined && hasChanged(median)) samples = samples.slice(-CHANGE_SAMPLES)
      median = medianOf(samples)
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
