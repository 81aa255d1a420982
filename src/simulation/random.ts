// A seeded random generator.

/** Returns numbers in [0, 1). */
export type Random = () => number

/**
 * Marsaglia's 32-bit xorshift over a scrambled seed.
 * @see https://www.jstatsoft.org/article/view/v008i14
 */
export function createRandom(seed: number): Random {
  // Unscrambled, close seeds would start with similar numbers, and a zero state would stay zero.
  let state = Math.imul(seed ^ (seed >>> 16) ^ 0x9e3779b9, 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Returns a uniform whole number from `min` to `max`, both included. */
export const drawInteger = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1))
