// What no placement can reach: one queue, of which each backend takes the next prompt as it comes free, and one cache for all.
import { createPrefixCache } from '../../../src/simulation/scheduler/prefix-cache.ts'
import type { ReplayOptions, ReplayResult } from './replay.ts'
import { TRACE_BLOCK_TOKENS } from './trace.ts'

/** @param options - the cache that all share is as large as those of the backends together. */
export function pooledFleet({
  trace,
  speeds,
  cacheBlocks,
  rate,
}: ReplayOptions): Pick<ReplayResult, 'hitRate' | 'firstTokenS'> {
  const cache = createPrefixCache(() => speeds.length * cacheBlocks)
  const freeAtMs = speeds.map(() => 0)
  let [hits, tokens] = [0, 0]
  const firstTokens = trace.map(({ atMs, promptTokens, blocks }) => {
    const cached = Math.min(cache.match(blocks) * TRACE_BLOCK_TOKENS, promptTokens - 1)
    cache.add(blocks)
    hits += cached
    tokens += promptTokens
    const backend = freeAtMs.indexOf(Math.min(...freeAtMs))
    const startMs = Math.max(atMs / rate, freeAtMs[backend] ?? 0)
    const endMs = startMs + ((promptTokens - cached) / (speeds[backend] ?? 1)) * 1_000
    freeAtMs[backend] = endMs
    return endMs - atMs / rate
  })
  const sorted = firstTokens.toSorted((a, b) => a - b)
  return {
    hitRate: hits / tokens,
    firstTokenS: (part) => (sorted[Math.floor(part * (sorted.length - 1))] ?? NaN) / 1_000,
  }
}
