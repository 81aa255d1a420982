// Holds the beginning of an incomplete SSE event in one buffer, which grows by doubling.

export interface EventCarry {
  length(): number
  append(chunk: Buffer, start: number, end: number): void
  /** Empties the carry. @returns the appended bytes, valid until the next `append`. */
  take(): Buffer
}

const FIRST_BYTES = 1024
// The buffer is kept for the next incomplete event, unless a large event made it larger than this.
const KEPT_BYTES = 16_384
const nothing = Buffer.alloc(0)

export function createEventCarry(): EventCarry {
  let held = nothing
  let length = 0
  return {
    length: () => length,
    append(chunk, start, end) {
      const needed = length + end - start
      if (needed > held.length) {
        // Not from the shared pool, since a slice would keep the whole pool alive as long as the stream.
        const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, needed * 2))
        held.copy(grown, 0, 0, length)
        held = grown
      }
      chunk.copy(held, length, start, end)
      length = needed
    },
    take() {
      const taken = held.subarray(0, length)
      length = 0
      if (held.length > KEPT_BYTES) held = nothing
      return taken
    },
  }
}
