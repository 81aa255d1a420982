// Keeps the first of many entries by some order in a tree of winners: a change costs as many comparisons as the tree is high.
// See Knuth, "The Art of Computer Programming", volume 3, section 5.4.1.

export interface WinnerTree {
  /** To be called when the entry enters, leaves, or has changed its place in the order. */
  update(entry: number, isIn: boolean): void
  /** Of equals the lowest entry; NO_ENTRY where none is in. */
  first(): number
  /**
   * @returns the lowest entry, from `from` on, that is in and whose key is at most this; NO_ENTRY where there is none.
   */
  next(from: number, most: number): number
}

export const NO_ENTRY = -1

/**
 * @param comesBefore - whether the first of two entries comes before the second.
 * @param keyOf - lower for none of the entries that come after another.
 */
export function createWinnerTree(
  entries: number,
  comesBefore: (entry: number, other: number) => boolean,
  keyOf: (entry: number) => number,
): WinnerTree {
  let leaves = 1
  while (leaves < entries) leaves *= 2
  /** The winner of node n is that of its children 2n and 2n + 1; the leaves come last. */
  const winners = new Int32Array(2 * leaves).fill(NO_ENTRY)
  const winnerOf = (node: number): number => winners[node] ?? NO_ENTRY
  const hasWithin = (node: number, most: number): boolean => {
    const winner = winnerOf(node)
    return winner !== NO_ENTRY && keyOf(winner) <= most
  }

  return {
    update(entry, isIn) {
      let node = leaves + entry
      winners[node] = isIn ? entry : NO_ENTRY
      while (node > 1) {
        node >>= 1
        const left = winnerOf(2 * node)
        const right = winnerOf(2 * node + 1)
        const winner = right === NO_ENTRY || (left !== NO_ENTRY && !comesBefore(right, left)) ? left : right
        // Where another entry has won before and does so again, nothing changes above.
        if (winner === winners[node] && winner !== entry) return
        winners[node] = winner
      }
    },
    first: () => winnerOf(1),
    next(from, most) {
      if (from >= leaves) return NO_ENTRY
      let node = leaves + from
      while (!hasWithin(node, most)) {
        // Up while it is a right child, then to its right neighbour.
        while (node % 2 === 1) node >>= 1
        if (node === 0) return NO_ENTRY
        node += 1
      }
      while (node < leaves) node = hasWithin(2 * node, most) ? 2 * node : 2 * node + 1
      return node - leaves
    },
  }
}
