// Sorts long lists in slices of a few milliseconds, between which other work may go on.

/** Items that one slice sorts or merges. */
export const SLICE_ITEMS = 2_000

function* mergeInSlices<T>(
  left: readonly T[],
  right: readonly T[],
  isBefore: (a: T, b: T) => boolean,
): Generator<void, T[]> {
  const merged: T[] = []
  let at = 0
  for (const item of right) {
    for (let next = left[at]; next !== undefined && !isBefore(item, next); next = left[(at += 1)]) {
      merged.push(next)
      if (merged.length % SLICE_ITEMS === 0) yield
    }
    merged.push(item)
    if (merged.length % SLICE_ITEMS === 0) yield
  }
  for (; at < left.length; at += SLICE_ITEMS) {
    for (const item of left.slice(at, at + SLICE_ITEMS)) merged.push(item)
    yield
  }
  return merged
}

/**
 * Yields between two slices. @returns a sorted copy; equal items keep their order.
 * @param items - undefined is not among them.
 */
export function* sortInSlices<T>(
  items: readonly T[],
  isBefore: (a: T, b: T) => boolean,
): Generator<void, T[]> {
  let runs: T[][] = []
  for (let at = 0; at < items.length; at += SLICE_ITEMS) {
    const run = items.slice(at, at + SLICE_ITEMS)
    runs.push(run.sort((a, b) => (isBefore(a, b) ? -1 : Number(isBefore(b, a)))))
    yield
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let at = 0; at < runs.length; at += 2)
      merged.push(yield* mergeInSlices(runs[at] ?? [], runs[at + 1] ?? [], isBefore))
    runs = merged
  }
  return runs[0] ?? []
}
