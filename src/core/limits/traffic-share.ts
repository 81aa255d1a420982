// Measures each client token's share of the recent requests of all client tokens.
import type { CreateWindowedSums } from '../shared/windowed-sums.ts'

export interface TrafficShare {
  /** Counts one request that was forwarded. */
  record(tokenId: number): void
  /** 0 to 100 over the last minute; 0 when there was no request. */
  percent(tokenId: number): number
  reset(): void
}

const WINDOW = { windowMs: 60_000, buckets: 60 }
/** The key of the sum over all tokens; ids of tokens are positive. */
const ALL = 0

/** @param maxTokens - tokens that are counted; the least recently used is forgotten first. */
export function createTrafficShare(createSums: CreateWindowedSums, maxTokens = 10_000): TrafficShare {
  const requests = createSums({ ...WINDOW, maxKeys: maxTokens + 1 })
  return {
    record(tokenId) {
      requests.add(tokenId, 1)
      requests.add(ALL, 1)
    },
    percent(tokenId) {
      const all = requests.sum(ALL)
      return all === 0 ? 0 : (100 * requests.sum(tokenId)) / all
    },
    reset: () => requests.reset(),
  }
}
