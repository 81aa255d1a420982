// Repeatable randomness from a seed.

/** Numbers in [0, 1). */
export type Random = () => number

/**
 * Marsaglia's 32-bit xorshift over a scrambled seed.
 * @see https://www.jstatsoft.org/article/view/v008i14
 */
export function createRandom(seed: number): Random {
  // Seeds that lie close together would begin alike, and a zero state would stay zero.
  let state = Math.imul(seed ^ (seed >>> 16) ^ 0x9e3779b9, 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** A whole number from `min` to `max`, both included, each as likely. */
export const drawInteger = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1))
