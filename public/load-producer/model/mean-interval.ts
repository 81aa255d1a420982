/** The 95 % confidence interval of a rate, from the means of blocks of its time series. */
import type { Series } from '../../../src/load-engine/model/run-summary.ts'

const MAX_BLOCKS = 20
const MIN_BLOCKS = 5

export interface MeanInterval {
  readonly low: number
  readonly high: number
  readonly blocks: number
  readonly blockS: number
}

/** The 97.5 % quantile of Student's t: the expansion of Cornish and Fisher, within 2 % from 4 degrees on. */
const tQuantile = (degrees: number): number => 1.96 + 2.372 / degrees + 2.823 / degrees ** 2

/**
 * Blocks are long, so that neighbours depend on each other less than neighbouring seconds. The first and the last step
 * are left out: the load begins in one, and the other is not whole.
 * @param mean - the figure that the interval surrounds; the series gives its spread.
 * @returns null when there are fewer than five blocks.
 */
export function meanInterval(
  { stepS, columns }: Series,
  column: 'okPerS' | 'tokensPerS',
  mean: number,
): MeanInterval | null {
  const steps = columns[column].slice(1, -1).map((value) => value ?? 0)
  const length = Math.max(1, Math.floor(steps.length / MAX_BLOCKS))
  const blocks = Math.floor(steps.length / length)
  if (blocks < MIN_BLOCKS) return null
  const means = Array.from({ length: blocks }, (_, index) => {
    const block = steps.slice(index * length, (index + 1) * length)
    return block.reduce((sum, value) => sum + value, 0) / length
  })
  const centre = means.reduce((sum, value) => sum + value, 0) / blocks
  const variance = means.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (blocks - 1)
  const half = tQuantile(blocks - 1) * Math.sqrt(variance / blocks)
  return { low: Math.max(0, mean - half), high: mean + half, blocks, blockS: length * stepS }
}
