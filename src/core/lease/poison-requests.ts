// Remembers requests that fail in the same way at every endpoint, so that their repetitions do not open breakers.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface PoisonRequests {
  /**
   * Records the first failure of a request, whose cause may be the request itself.
   * @returns whether an equal request is recorded already; it may still be in flight.
   */
  suspect(digest: string): boolean
  /**
   * Whether an equal request has failed in the same way at several endpoints.
   * @param digest - not called while no request is recorded.
   */
  isPoison(digest: () => string): boolean
  /** Records that a request failed in the same way at several endpoints, or did so again: the time starts anew. */
  markPoison(digest: string): void
  /** Removes a request that succeeded, or failed in different ways. */
  clear(digest: () => string): void
}

const MAX_REQUESTS = 1_000
const REMEMBERED_MS = 300_000

export function createPoisonRequests(clock: Clock): PoisonRequests {
  const recorded = new LRUCache<string, 'suspect' | 'poison'>({
    max: MAX_REQUESTS,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    suspect(digest) {
      const known = recorded.get(digest)
      recorded.set(digest, known ?? 'suspect')
      return known !== undefined
    },
    isPoison: (digest) => recorded.size > 0 && recorded.get(digest()) === 'poison',
    markPoison: (digest) => void recorded.set(digest, 'poison'),
    clear: (digest) => void (recorded.size > 0 && recorded.delete(digest())),
  }
}
