/** Draws the lengths of texts from a distribution. */
import type { Lengths } from '../model/workload.ts'
import { MAX_TOKENS } from '../model/workload.ts'
import type { Random } from '../platform/seeded-random.ts'

/** A normal deviate by the method of Box and Muller. */
const gauss = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** A rank from 1 to `count` with a density in proportion to 1 / rank^exponent, by inversion of the continuous law. */
function rank(count: number, exponent: number, random: Random): number {
  const end = count + 1
  const power = 1 - exponent
  const drawn = Math.abs(power) < 1e-9 ? end ** random() : (1 + random() * (end ** power - 1)) ** (1 / power)
  return Math.min(count, Math.max(1, Math.floor(drawn)))
}

/** @returns a whole number of tokens, at least 1. */
export function drawLength(lengths: Lengths, random: Random): number {
  switch (lengths.kind) {
    case 'constant':
      return lengths.tokens
    case 'uniform':
      return lengths.min + Math.floor(random() * (lengths.max - lengths.min + 1))
    case 'normal':
      return Math.min(MAX_TOKENS, Math.max(1, Math.round(lengths.mean + lengths.deviation * gauss(random))))
    case 'zipf':
      return lengths.min + rank(lengths.max - lengths.min + 1, lengths.exponent, random) - 1
  }
}
