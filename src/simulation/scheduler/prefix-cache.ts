// The prefix cache of an engine: blocks of prompts; the least recently used leave.

export interface PrefixCache {
  /** @returns how many of a prompt's first blocks it holds. */
  match(blocks: readonly number[]): number
  /** Holds the blocks of a prompt that has just been processed, as many of its first ones as there is room for. */
  add(blocks: readonly number[]): void
  /** Number of blocks that it holds. */
  size(): number
  clear(): void
}

/**
 * A block is known by a number that stands for itself and all blocks before it in its prompt.
 * @param capacity - in blocks, read at each call.
 */
export function createPrefixCache(capacity: () => number): PrefixCache {
  // The least recently used first. A prompt's last block is entered first, so that each block leaves before those it follows.
  const held = new Set<number>()

  const shrink = (): void => {
    for (const oldest of held) {
      if (held.size <= capacity()) return
      held.delete(oldest)
    }
  }

  return {
    match(blocks) {
      shrink()
      const missing = blocks.findIndex((block) => !held.has(block))
      return missing === -1 ? blocks.length : missing
    },
    add(blocks) {
      for (const block of blocks.slice(0, capacity()).reverse()) {
        held.delete(block)
        held.add(block)
      }
      shrink()
    },
    size: () => held.size,
    clear: () => held.clear(),
  }
}
