// A sum over the entries of a list, each of which may change.

export interface RunningSum {
  /** The entry's part of the sum is this value from now on; 0 at first. */
  set(entry: number, value: number): void
  of(entry: number): number
  sum(): number
}

export function createRunningSum(entries: number): RunningSum {
  const values = new Float64Array(entries)
  let sum = 0
  return {
    set(entry, value) {
      sum += value - (values[entry] ?? 0)
      values[entry] = value
    },
    of: (entry) => values[entry] ?? 0,
    sum: () => sum,
  }
}
