// Counts the waiting requests that each endpoint could serve, for allocators that move slots to where requests wait.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { CandidateSet } from './candidate-index.ts'

interface CountedSet extends CandidateSet {
  size(): number
}

export interface WaitingDemand {
  /** To be called when the number of entries of a set has changed. */
  note(set: CountedSet): void
  /** To be called when all sets are dissolved. */
  clear(): void
}

interface WaitingDemandOptions {
  /** The endpoints that may ever serve the request. */
  readonly endpointsOf: (request: CandidateSet['request']) => readonly EndpointRuntime[]
  /** Receives the count of an endpoint when it has changed: exact where it is 0 or 1, else within a factor of two. */
  readonly onDemand: (endpointId: number, waiting: number) => void
}

interface Counted {
  readonly endpointIds: readonly number[]
  size: number
}

/** Counts a set anew only when its size has doubled or halved, so that a request costs the same however many endpoints wait. */
export function createWaitingDemand({ endpointsOf, onDemand }: WaitingDemandOptions): WaitingDemand {
  const counted = new Map<CountedSet, Counted>()
  const waiting = new Map<number, number>()

  const count = (set: Counted, size: number): void => {
    for (const id of set.endpointIds) {
      const sum = (waiting.get(id) ?? 0) + size - set.size
      if (sum > 0) waiting.set(id, sum)
      else waiting.delete(id)
      onDemand(id, sum)
    }
    set.size = size
  }

  const open = (set: CountedSet): Counted => {
    const candidates = endpointsOf(set.request).filter((endpoint) => !set.tried.includes(endpoint))
    const opened = { endpointIds: candidates.map(({ config }) => config.id), size: 0 }
    counted.set(set, opened)
    return opened
  }

  return {
    note(set) {
      const size = set.size()
      const known = counted.get(set) ?? open(set)
      if (size === 0) counted.delete(set)
      if (size === 0 || size >= 2 * known.size || 2 * size <= known.size) count(known, size)
    },
    clear() {
      for (const set of counted.values()) count(set, 0)
      counted.clear()
    },
  }
}
