// Remembers requests that failed alike wherever they went: repeated, they are no news about the endpoints.
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

export interface SuspectRequests {
  /** Cheap where there is none. @param digest - called only where it matters. */
  has(digest: () => string): boolean
  /** Again, for a request that comes back: what counts is when it was last seen to fail. */
  add(digest: string): void
  /** It went well somewhere, or failed otherwise: it is no poison. */
  clear(digest: () => string): void
}

const MAX_SUSPECTS = 1_000
const REMEMBERED_MS = 300_000

export function createSuspectRequests(clock: Clock): SuspectRequests {
  const suspects = new LRUCache<string, true>({
    max: MAX_SUSPECTS,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    has: (digest) => suspects.size > 0 && suspects.has(digest()),
    add: (digest) => void suspects.set(digest, true),
    clear: (digest) => void (suspects.size > 0 && suspects.delete(digest())),
  }
}
