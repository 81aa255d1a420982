// Remembers requests that end the processes of endpoints: the connection broke before any byte of a response.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

/** One endpoint whose connection broke. */
interface Break {
  readonly endpointId: number
  /** When it served last, on the core's clock: a break after another success is another one, at a process started anew. */
  readonly lastSuccessMs: number
}

export interface BreakingRequests {
  /** @returns how many endpoints the request has broken, and requests equal to it, since an endpoint responded to one. */
  record(digest: string, broken: Break): number
  /** Forgets a request to which an endpoint has responded. */
  clear(digest: () => string): void
  /** Whether the request has broken so many endpoints that it is not sent any more. */
  isRefused(digest: () => string): boolean
}

/** A request that has broken so many is not sent to a further one. */
export const MAX_BROKEN_ENDPOINTS = 2
const MAX_REQUESTS = 1_000
const REMEMBERED_MS = 300_000

interface Entry {
  readonly broken: number
  /** When each endpoint broke last. */
  readonly brokenAtMs: ReadonlyMap<number, number>
}

export function createBreakingRequests(clock: Clock): BreakingRequests {
  const entries = new LRUCache<string, Entry>({
    max: MAX_REQUESTS,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now: clock },
  })
  return {
    record(digest, { endpointId, lastSuccessMs }) {
      const entry = entries.get(digest)
      const beforeMs = entry?.brokenAtMs.get(endpointId)
      const isSame = beforeMs !== undefined && lastSuccessMs <= beforeMs
      const broken = (entry?.broken ?? 0) + (isSame ? 0 : 1)
      const brokenAtMs = new Map(entry?.brokenAtMs).set(endpointId, clock())
      entries.set(digest, { broken, brokenAtMs })
      return broken
    },
    clear: (digest) => void (entries.size > 0 && entries.delete(digest())),
    isRefused: (digest) => entries.size > 0 && (entries.get(digest())?.broken ?? 0) >= MAX_BROKEN_ENDPOINTS,
  }
}
