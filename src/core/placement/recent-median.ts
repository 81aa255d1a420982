// The weighted median of the last few samples: up to two of five may be wrong by any factor.

export interface RecentMedian {
  /** @param weight - above 0. */
  add(value: number, weight: number): void
  /** undefined before the first sample. */
  value(): number | undefined
  clear(): void
}

/** As few as outvote two outliers, so that after a change of the true value three samples suffice. */
const SAMPLES = 5

export function createRecentMedian(): RecentMedian {
  /** Ring of the samples in order of arrival. */
  let samples: { readonly value: number; readonly weight: number }[] = []
  let next = 0
  let median: number | undefined
  return {
    add(value, weight) {
      samples[next] = { value, weight }
      next = (next + 1) % SAMPLES
      const sorted = [...samples].sort((a, b) => a.value - b.value)
      let half = sorted.reduce((sum, sample) => sum + sample.weight, 0) / 2
      median = sorted.find((sample) => (half -= sample.weight) <= 0)?.value
    },
    value: () => median,
    clear() {
      samples = []
      next = 0
      median = undefined
    },
  }
}
