// Holds the beginning of an SSE event until its end arrives, in one buffer that grows by doubling.

export interface EventCarry {
  length(): number
  append(chunk: Buffer, start: number, end: number): void
  /** @returns what was appended, valid until the next `append`; the carry is empty again. */
  take(): Buffer
}

const FIRST_BYTES = 1024
// A stream keeps its buffer for the next event cut in two, unless a rare large one made it bigger than this.
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
        // Not from the shared pool: a slice of it would keep the whole pool alive for as long as the stream.
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
