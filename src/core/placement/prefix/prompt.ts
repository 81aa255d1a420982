// What placement knows of the prompt of a request: its length, and hashes of its beginnings.

/** Bytes of a prompt that one hash stands for. What is left at its end has none. */
export const PROMPT_BLOCK_BYTES = 1_024

export interface Prompt {
  /** Length of the request's body. */
  readonly bytes: number
  /** Two 32-bit words a block: the hash of it and of all blocks before it, so that equal hashes mean equal beginnings. Made at the first call. */
  blocks(): Int32Array
}
