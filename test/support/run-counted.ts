// Counts the work of slices.

/** Runs slices. @returns the result, and the most that `count` rose in one of them. */
export function runCounted<T>(slices: Generator<void, T>, count: () => number): { result: T; most: number } {
  let most = 0
  for (let before = count(); ; before = count()) {
    const step = slices.next()
    most = Math.max(most, count() - before)
    if (step.done) return { result: step.value, most }
  }
}
