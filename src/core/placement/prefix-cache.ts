// Mirrors the prefix cache of one backend: which beginnings of prompts it is taken to hold, forgotten in its order.

/** Bytes of memory that one block takes: five words, and two of the table at its fullest. */
export const BYTES_PER_BLOCK = 28

export interface PrefixCache {
  /** @param blocks - as `Prompt.blocks`. @returns how many of them, from the first, it holds. */
  depth(blocks: Int32Array): number
  /** Notes that a prompt is being read; what has been used least recently is dropped beyond the limit. */
  add(blocks: Int32Array): void
  /** Most blocks that are held from now on. */
  setLimit(blocks: number): void
  limit(): number
  clear(): void
  size(): number
}

const NONE = -1
const FIRST_CAPACITY = 64

interface Arrays {
  /** Most entries. */
  readonly capacity: number
  /** First entry by hash; a power of two, at least as long as there are entries. */
  readonly heads: Int32Array
  /** By entry: the block's hash, the next entry with the same head, and the neighbours in order of use. */
  readonly high: Int32Array
  readonly low: Int32Array
  readonly chained: Int32Array
  readonly newer: Int32Array
  readonly older: Int32Array
}

function allocate(capacity: number): Arrays {
  let heads = 1
  while (heads < capacity) heads *= 2
  const words = (): Int32Array => new Int32Array(capacity)
  return {
    capacity,
    heads: new Int32Array(heads).fill(NONE),
    high: words(),
    low: words(),
    chained: words(),
    newer: words(),
    older: words(),
  }
}

/**
 * A block is always newer than those that continue it, so that these go first, as in a backend: where a block is held, all before
 * it are. The arrays grow with what is held.
 */
export function createPrefixCache(): PrefixCache {
  let most = 0
  let arrays = allocate(0)
  let size = 0
  let newest = NONE
  let oldest = NONE

  const headOf = (low: number): number => low & (arrays.heads.length - 1)

  const find = (high: number, low: number): number => {
    const { heads, chained } = arrays
    let entry = heads[headOf(low)] ?? NONE
    while (entry !== NONE && (arrays.low[entry] !== low || arrays.high[entry] !== high))
      entry = chained[entry] ?? NONE
    return entry
  }

  const unlink = (entry: number): void => {
    const { newer, older } = arrays
    const after = newer[entry] ?? NONE
    const before = older[entry] ?? NONE
    if (after === NONE) newest = before
    else older[after] = before
    if (before === NONE) oldest = after
    else newer[before] = after
  }

  const linkNewest = (entry: number): void => {
    arrays.newer[entry] = NONE
    arrays.older[entry] = newest
    if (newest === NONE) oldest = entry
    else arrays.newer[newest] = entry
    newest = entry
  }

  const put = (entry: number, high: number, low: number): void => {
    const head = headOf(low)
    arrays.high[entry] = high
    arrays.low[entry] = low
    arrays.chained[entry] = arrays.heads[head] ?? NONE
    arrays.heads[head] = entry
    linkNewest(entry)
  }

  /** Drops the oldest. @returns its entry, which is free now. */
  const dropOldest = (): number => {
    const entry = oldest
    const { heads, chained } = arrays
    const head = headOf(arrays.low[entry] ?? 0)
    if (heads[head] === entry) heads[head] = chained[entry] ?? NONE
    else {
      let previous = heads[head] ?? NONE
      while (chained[previous] !== entry) previous = chained[previous] ?? NONE
      chained[previous] = chained[entry] ?? NONE
    }
    unlink(entry)
    return entry
  }

  /** Moves everything, oldest first, to arrays of another capacity, which may hold less. */
  const resize = (capacity: number): void => {
    const { high, low, newer } = arrays
    let entry = oldest
    for (let excess = size - capacity; excess > 0; excess -= 1) entry = newer[entry] ?? NONE
    arrays = allocate(capacity)
    newest = oldest = NONE
    size = 0
    for (; entry !== NONE; entry = newer[entry] ?? NONE) put(size++, high[entry] ?? 0, low[entry] ?? 0)
  }

  const freeEntry = (): number => {
    if (size < arrays.capacity) return size++
    if (size === most) return dropOldest()
    resize(Math.min(most, Math.max(FIRST_CAPACITY, 2 * size)))
    return size++
  }

  return {
    depth(blocks) {
      let held = 0
      let missing = blocks.length / 2 + 1
      while (held + 1 < missing) {
        const middle = (held + missing) >>> 1
        if (find(blocks[2 * middle - 2] ?? 0, blocks[2 * middle - 1] ?? 0) === NONE) missing = middle
        else held = middle
      }
      return held
    },
    add(blocks) {
      // From the last, so that the first becomes the newest; of a prompt that is longer than the cache its beginning stays.
      for (let index = 2 * Math.min(blocks.length / 2, most) - 2; index >= 0; index -= 2) {
        const high = blocks[index] ?? 0
        const low = blocks[index + 1] ?? 0
        const known = find(high, low)
        if (known === NONE) put(freeEntry(), high, low)
        else if (known !== newest) {
          unlink(known)
          linkNewest(known)
        }
      }
    },
    setLimit(blocks) {
      most = blocks
      if (arrays.capacity > most) resize(most)
    },
    limit: () => most,
    clear() {
      size = 0
      resize(0)
    },
    size: () => size,
  }
}
