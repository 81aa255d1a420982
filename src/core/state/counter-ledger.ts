// Holds the live counters of endpoints and client tokens, and which of them are not stored yet.
import {
  zeroEndpointCounters,
  zeroTokenCounters,
  type EndpointCounters,
  type StoredCounters,
  type TokenCounters,
} from './counters.ts'

export interface CounterLedger {
  /** The live object: a change of it must be followed by markEndpointDirty. */
  endpoint(id: number): EndpointCounters
  /** The live object: a change of it must be followed by markTokenDirty. */
  token(id: number): TokenCounters
  markEndpointDirty(id: number): void
  markTokenDirty(id: number): void
  /** Copies of the counters that were marked since the last call. */
  takeDirty(): StoredCounters
  /** Marks counters again that could not be stored; the live values, which may be newer, are taken next. */
  putBack(unwritten: StoredCounters): void
  /** Sets all counters to 0 and marks them. */
  reset(): void
}

interface CounterTable<Counters> {
  get(id: number): Counters
  mark(id: number): void
  take(): Map<number, Counters>
  reset(): void
}

function createCounterTable<Counters extends object>(
  stored: ReadonlyMap<number, Readonly<Counters>>,
  zero: () => Counters,
): CounterTable<Counters> {
  const live = new Map<number, Counters>([...stored].map(([id, counters]) => [id, { ...counters }]))
  const dirty = new Set<number>()
  const get = (id: number): Counters => {
    let counters = live.get(id)
    if (counters === undefined) {
      counters = zero()
      live.set(id, counters)
    }
    return counters
  }
  return {
    get,
    mark: (id) => void dirty.add(id),
    take() {
      const changed = new Map([...dirty].map((id) => [id, { ...get(id) }]))
      dirty.clear()
      return changed
    },
    reset() {
      for (const [id, counters] of live) {
        Object.assign(counters, zero())
        dirty.add(id)
      }
    },
  }
}

export function createCounterLedger(stored: StoredCounters): CounterLedger {
  const endpoints = createCounterTable(stored.endpoints, zeroEndpointCounters)
  const tokens = createCounterTable(stored.tokens, zeroTokenCounters)
  return {
    endpoint: endpoints.get,
    token: tokens.get,
    markEndpointDirty: endpoints.mark,
    markTokenDirty: tokens.mark,
    takeDirty: () => ({ endpoints: endpoints.take(), tokens: tokens.take() }),
    putBack(unwritten) {
      for (const id of unwritten.endpoints.keys()) endpoints.mark(id)
      for (const id of unwritten.tokens.keys()) tokens.mark(id)
    },
    reset() {
      endpoints.reset()
      tokens.reset()
    },
  }
}
