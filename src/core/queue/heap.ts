// A binary heap whose items may change their rank and may leave from any place.

export interface Heap<T> {
  add(item: T): void
  /** For an item in the heap only. */
  remove(item: T): void
  /** To be called after the rank of an item in the heap has changed. */
  update(item: T): void
  first(): T | undefined
}

/** @param compare - negative when `a` comes first. Ranks change only where `update` follows at once. */
export function createHeap<T>(compare: (a: T, b: T) => number): Heap<T> {
  const items: T[] = []
  const indexOf = new Map<T, number>()

  const place = (item: T, index: number): void => {
    items[index] = item
    indexOf.set(item, index)
  }

  const isBefore = (a: T, b: T | undefined): boolean => b !== undefined && compare(a, b) < 0

  /** Moves the item at the index up or down to its place. */
  const sift = (item: T, from: number): void => {
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = items[above] as T
      if (!isBefore(item, parent)) break
      place(parent, index)
      index = above
    }
    for (;;) {
      const left = 2 * index + 1
      const below = left + 1 < items.length && isBefore(items[left + 1] as T, items[left]) ? left + 1 : left
      const child = items[below]
      if (child === undefined || !isBefore(child, item)) break
      place(child, index)
      index = below
    }
    place(item, index)
  }

  return {
    add: (item) => sift(item, items.length),
    remove(item) {
      const index = indexOf.get(item) as number
      indexOf.delete(item)
      const last = items.pop() as T
      if (last !== item) sift(last, index)
    },
    update: (item) => sift(item, indexOf.get(item) as number),
    first: () => items[0],
  }
}
