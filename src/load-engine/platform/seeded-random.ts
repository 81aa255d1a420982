/** A pseudo-random generator: the same seed gives the same arrivals and prompts. */

/** @returns a number in [0, 1). */
export type Random = () => number

/**
 * splitmix32: a 32-bit counter with a mixing function. Its period of 2^32 is longer than any run.
 * @see https://doi.org/10.1145/2660193.2660195
 */
export function createSeededRandom(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
