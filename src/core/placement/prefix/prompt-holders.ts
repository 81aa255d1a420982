// Remembers which endpoint was last sent the beginning of a prompt: a table of fixed size, in which a new block replaces another.

export interface PromptHolders {
  /** @returns the id of the endpoint that was last sent the longest known beginning; undefined where none is known. */
  find(blocks: Int32Array): number | undefined
  note(blocks: Int32Array, endpointId: number): void
}

/** A power of two. */
const ENTRIES = 65_536
const WORDS = 3

export function createPromptHolders(): PromptHolders {
  /** Made with the first prompt. */
  let table = new Int32Array(0)
  const entryOf = (low: number): number => (low & (ENTRIES - 1)) * WORDS
  return {
    find(blocks) {
      for (let index = blocks.length - 2; index >= 0; index -= 2) {
        const high = blocks[index] ?? 0
        const low = blocks[index + 1] ?? 0
        const entry = entryOf(low)
        if (table[entry] === high && table[entry + 1] === low) return table[entry + 2] || undefined
      }
      return undefined
    },
    note(blocks, endpointId) {
      if (table.length === 0 && blocks.length > 0) table = new Int32Array(ENTRIES * WORDS)
      for (let index = 0; index < blocks.length; index += 2) {
        const low = blocks[index + 1] ?? 0
        const entry = entryOf(low)
        table[entry] = blocks[index] ?? 0
        table[entry + 1] = low
        table[entry + 2] = endpointId
      }
    },
  }
}
