// A cache of complete response bodies, bounded in entries, bytes and age.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface CachedResponse {
  readonly body: Uint8Array
  readonly contentType: string
}

export interface ResponseCache {
  get(key: string): CachedResponse | undefined
  /** A body over a quarter of the cache's bytes is not stored: it would evict most other entries. */
  set(key: string, response: CachedResponse): void
  clear(): void
  /** Number of entries that have not expired. */
  size(): number
}

/** 0 in any of them disables the cache. */
interface CacheBounds {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly ttlS: number
}

// Estimated memory of an entry without its body: key, wrapper, list nodes.
const ENTRY_OVERHEAD_BYTES = 256

export function createResponseCache(
  clock: Clock,
  { maxEntries, maxBytes, ttlS }: CacheBounds,
): ResponseCache {
  // lru-cache reads 0 as unbounded.
  const isEnabled = maxEntries > 0 && maxBytes > 0 && ttlS > 0
  const entries = new LRUCache<string, CachedResponse>({
    max: Math.max(1, maxEntries),
    maxSize: Math.max(1, maxBytes),
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 4)),
    sizeCalculation: (response) => response.body.byteLength + ENTRY_OVERHEAD_BYTES,
    ttl: ttlS * 1000,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    get: (key) => entries.get(key),
    set(key, response) {
      if (isEnabled) entries.set(key, response)
    },
    clear: () => entries.clear(),
    size() {
      entries.purgeStale()
      return entries.size
    },
  }
}
