// Keeps whole answers for a while, bounded in entries, bytes and age.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

export interface CachedResponse {
  readonly body: Uint8Array
  readonly contentType: string
}

export interface ResponseCache {
  get(key: string): CachedResponse | undefined
  /** An answer over a quarter of the cache's bytes is not kept: it would push out everything else. */
  set(key: string, answer: CachedResponse): void
  clear(): void
  /** Entries that are not yet stale. */
  size(): number
}

/** 0 in any of them turns the cache off. */
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
  // To the library 0 means without bound.
  const keeps = maxEntries > 0 && maxBytes > 0 && ttlS > 0
  const entries = new LRUCache<string, CachedResponse>({
    max: Math.max(1, maxEntries),
    maxSize: Math.max(1, maxBytes),
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 4)),
    sizeCalculation: (answer) => answer.body.byteLength + ENTRY_OVERHEAD_BYTES,
    ttl: ttlS * 1000,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    get: (key) => entries.get(key),
    set(key, answer) {
      if (keeps) entries.set(key, answer)
    },
    clear: () => entries.clear(),
    size() {
      entries.purgeStale()
      return entries.size
    },
  }
}
