// A hash table of blocks in arrays of 32-bit words: entries are numbers from 0, which the caller assigns.

export const NO_ENTRY = -1

/** Bytes of memory that one entry of a table takes, with the two links that a cache keeps beside it, at most. */
export const BYTES_PER_BLOCK = 28

export interface BlockTable {
  /** Most entries. */
  readonly capacity: number
  /** First entry by hash; a power of two, at least as long as there may be entries. */
  readonly heads: Int32Array
  /** By entry: the block's hash, and the next entry with the same head. */
  readonly high: Int32Array
  readonly low: Int32Array
  readonly next: Int32Array
}

export function createBlockTable(capacity: number): BlockTable {
  let heads = 1
  while (heads < capacity) heads *= 2
  return {
    capacity,
    heads: new Int32Array(heads).fill(NO_ENTRY),
    high: new Int32Array(capacity),
    low: new Int32Array(capacity),
    next: new Int32Array(capacity),
  }
}

const headOf = ({ heads }: BlockTable, low: number): number => low & (heads.length - 1)

/** @returns the entry of the block; NO_ENTRY where there is none. */
export function findBlock(table: BlockTable, high: number, low: number): number {
  let entry = table.heads[headOf(table, low)] ?? NO_ENTRY
  while (entry !== NO_ENTRY && (table.low[entry] !== low || table.high[entry] !== high))
    entry = table.next[entry] ?? NO_ENTRY
  return entry
}

/** @param entry - free, and below the capacity. */
export function putBlock(table: BlockTable, entry: number, high: number, low: number): void {
  const head = headOf(table, low)
  table.high[entry] = high
  table.low[entry] = low
  table.next[entry] = table.heads[head] ?? NO_ENTRY
  table.heads[head] = entry
}

export function removeBlock(table: BlockTable, entry: number): void {
  const { heads, next, low } = table
  const head = headOf(table, low[entry] ?? 0)
  const after = next[entry] ?? NO_ENTRY
  if (heads[head] === entry) {
    heads[head] = after
    return
  }
  let previous = heads[head] ?? NO_ENTRY
  while (next[previous] !== entry) previous = next[previous] ?? NO_ENTRY
  next[previous] = after
}
