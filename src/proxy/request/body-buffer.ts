// Collects the chunks of a body in one buffer, so that it takes memory in proportion to its bytes, however they arrive.

export interface BodyBuffer {
  length(): number
  append(chunk: Buffer): void
  /** @returns the whole body; a body of one chunk is that chunk. */
  take(): Buffer
}

const FIRST_BYTES = 65_536
const nothing = Buffer.alloc(0)

/** @param expectedBytes - the length of the whole body; Infinity where it is unknown. */
export function createBodyBuffer(expectedBytes: number): BodyBuffer {
  let held: Buffer = nothing
  let length = 0
  /** Whether `held` is a chunk, which is never written to. */
  let isChunk = true
  return {
    length: () => length,
    append(chunk) {
      const needed = length + chunk.length
      if (length === 0) held = chunk
      else {
        if (isChunk || needed > held.length) {
          // Grows by doubling. Small chunks are not kept as they are: each would hold far more than its bytes.
          const size = Math.max(needed, Math.min(expectedBytes, Math.max(FIRST_BYTES, 2 * needed)))
          const grown = Buffer.allocUnsafeSlow(size)
          held.copy(grown, 0, 0, length)
          held = grown
          isChunk = false
        }
        chunk.copy(held, length)
      }
      length = needed
    },
    take() {
      const body = held.subarray(0, length)
      const taken = held.length === length ? held : held.length > 1.25 * length ? Buffer.from(body) : body
      held = nothing
      return taken
    },
  }
}
