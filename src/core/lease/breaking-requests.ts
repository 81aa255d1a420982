// Remembers requests that end the processes of endpoints: the connection broke before any byte of a response.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

/** One endpoint whose connection broke. */
export interface Break {
  readonly endpointId: number
  /** Successes that it had counted by then: a break after another success is another one, at a process started anew. */
  readonly successes: number
}

export interface BreakingRequests {
  /** How many endpoints a request has broken, with those of an attempt that is not recorded. */
  count(digest: () => string, breaks: readonly Break[]): number
  /** Records the breaks of a request that no endpoint has served. */
  record(digest: string, breaks: readonly Break[]): void
  /** Removes a request that an endpoint has served. */
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
  readonly successesById: ReadonlyMap<number, number>
}

const NONE: Entry = { broken: 0, successesById: new Map() }

function add(entry: Entry, breaks: readonly Break[]): Entry {
  const successesById = new Map(entry.successesById)
  let { broken } = entry
  for (const { endpointId, successes } of breaks) {
    if (successesById.get(endpointId) !== successes) broken += 1
    successesById.set(endpointId, successes)
  }
  return { broken, successesById }
}

export function createBreakingRequests(clock: Clock): BreakingRequests {
  const entries = new LRUCache<string, Entry>({
    max: MAX_REQUESTS,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now: clock },
  })
  const entryOf = (digest: () => string): Entry =>
    entries.size === 0 ? NONE : (entries.get(digest()) ?? NONE)
  return {
    count: (digest, breaks) => add(entryOf(digest), breaks).broken,
    record: (digest, breaks) =>
      void entries.set(
        digest,
        add(
          entryOf(() => digest),
          breaks,
        ),
      ),
    clear: (digest) => void (entries.size > 0 && entries.delete(digest())),
    isRefused: (digest) => entryOf(digest).broken >= MAX_BROKEN_ENDPOINTS,
  }
}
