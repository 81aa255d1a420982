// Mirrors the prefix cache of one backend: which beginnings of prompts it is taken to hold, forgotten in its order.
import { createBlockTable, findBlock, NO_ENTRY, putBlock, removeBlock } from './block-table.ts'

export interface PrefixCache {
  /** @param blocks - as `Prompt.blocks`. @returns how many of them, from the first, it holds. */
  depth(blocks: Int32Array): number
  /** Notes that a prompt is being read; what was used least recently is dropped beyond the limit. */
  add(blocks: Int32Array): void
  /** Most blocks that are held from now on; none at first. */
  setLimit(blocks: number): void
  limit(): number
  clear(): void
  size(): number
}

const MIN_CAPACITY = 64

/** The order in which entries were used last, as a doubly linked list. */
interface Order {
  readonly newer: Int32Array
  readonly older: Int32Array
  newest: number
  oldest: number
}

const createOrder = (capacity: number): Order => ({
  newer: new Int32Array(capacity),
  older: new Int32Array(capacity),
  newest: NO_ENTRY,
  oldest: NO_ENTRY,
})

function linkNewest(order: Order, entry: number): void {
  order.newer[entry] = NO_ENTRY
  order.older[entry] = order.newest
  if (order.newest === NO_ENTRY) order.oldest = entry
  else order.newer[order.newest] = entry
  order.newest = entry
}

function unlink(order: Order, entry: number): void {
  const newer = order.newer[entry] ?? NO_ENTRY
  const older = order.older[entry] ?? NO_ENTRY
  if (newer === NO_ENTRY) order.newest = older
  else order.older[newer] = older
  if (older === NO_ENTRY) order.oldest = newer
  else order.newer[older] = newer
}

/**
 * A block is always newer than those that continue it, so that these go first, as in a backend: where a block is held, all before
 * it are. Memory grows with what is held.
 */
export function createPrefixCache(): PrefixCache {
  let most = 0
  let size = 0
  let table = createBlockTable(0)
  let order = createOrder(0)

  const put = (entry: number, high: number, low: number): void => {
    putBlock(table, entry, high, low)
    linkNewest(order, entry)
  }

  /** Moves the newest blocks to tables of another capacity. */
  const resize = (capacity: number): void => {
    const { high, low } = table
    const { newer, oldest } = order
    let entry = oldest
    for (let excess = size - capacity; excess > 0; excess -= 1) entry = newer[entry] ?? NO_ENTRY
    table = createBlockTable(capacity)
    order = createOrder(capacity)
    size = 0
    for (; entry !== NO_ENTRY; entry = newer[entry] ?? NO_ENTRY)
      put(size++, high[entry] ?? 0, low[entry] ?? 0)
  }

  const freeEntry = (): number => {
    if (size === most) {
      const { oldest } = order
      removeBlock(table, oldest)
      unlink(order, oldest)
      return oldest
    }
    if (size === table.capacity) resize(Math.min(most, Math.max(MIN_CAPACITY, 2 * size)))
    return size++
  }

  const use = (high: number, low: number): void => {
    const entry = findBlock(table, high, low)
    if (entry === NO_ENTRY) put(freeEntry(), high, low)
    else if (entry !== order.newest) {
      unlink(order, entry)
      linkNewest(order, entry)
    }
  }

  return {
    depth(blocks) {
      // Most caches hold nothing of a prompt: that takes one look.
      if (blocks.length === 0 || findBlock(table, blocks[0] ?? 0, blocks[1] ?? 0) === NO_ENTRY) return 0
      let held = 1
      let missing = blocks.length / 2 + 1
      while (held + 1 < missing) {
        const middle = (held + missing) >>> 1
        const at = 2 * middle - 2
        if (findBlock(table, blocks[at] ?? 0, blocks[at + 1] ?? 0) === NO_ENTRY) missing = middle
        else held = middle
      }
      return held
    },
    add(blocks) {
      // From the last, so that the first becomes the newest. Of a prompt longer than the cache the beginning is held.
      for (let at = 2 * Math.min(blocks.length / 2, most) - 2; at >= 0; at -= 2)
        use(blocks[at] ?? 0, blocks[at + 1] ?? 0)
    },
    setLimit(blocks) {
      most = blocks
      if (table.capacity > most) resize(most)
    },
    limit: () => most,
    clear() {
      size = 0
      order = createOrder(0)
      table = createBlockTable(0)
    },
    size: () => size,
  }
}
