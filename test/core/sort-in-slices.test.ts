// Sorting in slices.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SLICE_ITEMS, sortInSlices } from '../../src/core/sort-in-slices.ts'

interface Item {
  readonly key: number
  readonly at: number
}

/** Sorts, and counts the comparisons of each slice. */
function sortCounted(items: readonly Item[]) {
  let compared = 0
  const slices: number[] = []
  const sorting = sortInSlices(items, (a, b) => {
    compared += 1
    return a.key < b.key
  })
  for (;;) {
    const step = sorting.next()
    slices.push(compared)
    compared = 0
    if (step.done) return { sorted: step.value, slices }
  }
}

const withPlaces = (keys: readonly number[]): Item[] => keys.map((key, at) => ({ key, at }))

it('sorts as a stable sort does', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 20 }), fc.integer({ min: 1, max: 400 }), (some, times) => {
      const items = withPlaces(Array.from({ length: times }, () => some).flat())
      expect(sortCounted(items).sorted).toEqual(items.toSorted((a, b) => a.key - b.key))
    }),
    { numRuns: 30 },
  )
})

it('compares a bounded number of items in each slice, however long the list is', () => {
  const most = 4 * SLICE_ITEMS * Math.log2(SLICE_ITEMS)
  for (const order of [(n: number) => n, (n: number) => -n, (n: number) => (n * 7919) % 100_003]) {
    const { sorted, slices } = sortCounted(withPlaces(Array.from({ length: 100_000 }, (_, n) => order(n))))
    expect(sorted).toHaveLength(100_000)
    expect(Math.max(...slices)).toBeLessThan(most)
  }
})
