// Remembers requests that fail alike wherever they go: what they did once to an endpoint they may not do again.
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

export interface SuspectRequests {
  /**
   * It has failed for the first time on its way, and may be to blame itself.
   * @returns whether a failure of the like of it has been counted already, though it may still be on its way.
   */
  accuse(digest: string): boolean
  /** Whether it has failed alike at several endpoints. Cheap where none has. @param digest - called only where it matters. */
  isConvicted(digest: () => string): boolean
  /** Again, for a request that comes back: what counts is when it was last seen to fail. */
  convict(digest: string): void
  /** It went well somewhere, or failed otherwise: it is no poison. */
  acquit(digest: () => string): void
}

const MAX_SUSPECTS = 1_000
const REMEMBERED_MS = 300_000

export function createSuspectRequests(clock: Clock): SuspectRequests {
  const suspects = new LRUCache<string, 'accused' | 'convicted'>({
    max: MAX_SUSPECTS,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    accuse(digest) {
      const known = suspects.get(digest)
      suspects.set(digest, known ?? 'accused')
      return known !== undefined
    },
    isConvicted: (digest) => suspects.size > 0 && suspects.get(digest()) === 'convicted',
    convict: (digest) => void suspects.set(digest, 'convicted'),
    acquit: (digest) => void (suspects.size > 0 && suspects.delete(digest())),
  }
}
