// Remembers requests that fail alike wherever they go: what they did once to an endpoint they may not do again.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface PoisonRequests {
  /**
   * It has failed for the first time on its way, and may be to blame itself.
   * @returns whether a failure of the like of it has been counted already, though it may still be on its way.
   */
  suspect(digest: string): boolean
  /** Whether it has failed alike at several endpoints. Cheap where none has. @param digest - called only where it matters. */
  isPoison(digest: () => string): boolean
  /** Again, for a request that comes back: what counts is when it was last seen to fail. */
  markPoison(digest: string): void
  /** It went well somewhere, or failed otherwise: it is no poison. */
  clear(digest: () => string): void
}

const MAX_SUSPECTS = 1_000
const REMEMBERED_MS = 300_000

export function createPoisonRequests(clock: Clock): PoisonRequests {
  const poisonRequests = new LRUCache<string, 'accused' | 'convicted'>({
    max: MAX_SUSPECTS,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    suspect(digest) {
      const known = poisonRequests.get(digest)
      poisonRequests.set(digest, known ?? 'accused')
      return known !== undefined
    },
    isPoison: (digest) => poisonRequests.size > 0 && poisonRequests.get(digest()) === 'convicted',
    markPoison: (digest) => void poisonRequests.set(digest, 'convicted'),
    clear: (digest) => void (poisonRequests.size > 0 && poisonRequests.delete(digest())),
  }
}
