// Keeps whole answers for a while, bounded in entries, bytes and age.
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

export interface CachedAnswer {
  readonly body: Uint8Array
  readonly contentType: string
}

export interface ResponseCache {
  get(key: string): CachedAnswer | undefined
  /** An answer over a quarter of the cache's bytes is not kept: it would push out everything else. */
  set(key: string, answer: CachedAnswer): void
  clear(): void
  /** Entries that are not yet stale. */
  size(): number
}

interface CacheBounds {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly ttlS: number
}

// Rough size of an entry beside its body: key, wrapper, list nodes.
const ENTRY_OVERHEAD_BYTES = 256

export function createResponseCache(
  clock: Clock,
  { maxEntries, maxBytes, ttlS }: CacheBounds,
): ResponseCache {
  const entries = new LRUCache<string, CachedAnswer>({
    max: maxEntries,
    maxSize: maxBytes,
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 4)),
    sizeCalculation: (answer) => answer.body.byteLength + ENTRY_OVERHEAD_BYTES,
    ttl: ttlS * 1000,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    get: (key) => entries.get(key),
    set: (key, answer) => void entries.set(key, answer),
    clear: () => entries.clear(),
    size() {
      entries.purgeStale()
      return entries.size
    },
  }
}
