// Builds the response cache as configured.
import type { Config } from '../../config/environment-table.ts'
import { createResponseCache, type ResponseCache } from '../../core/cache/response-cache.ts'
import type { Clock } from '../../core/clock.ts'

export const buildCache = (
  { cacheMaxEntries, cacheMaxBytes, cacheTtlS }: Config,
  clock: Clock,
): ResponseCache =>
  createResponseCache(clock, { maxEntries: cacheMaxEntries, maxBytes: cacheMaxBytes, ttlS: cacheTtlS })
