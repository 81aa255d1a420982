// Connection pools to targets, each pinned to the addresses that the target policy checked.
import type { LookupFunction } from 'node:net'
import { LRUCache } from 'lru-cache'
import { createConnectionPool, type WrittenRequestPool } from '../../http/upstream/connection-pool.ts'
import type { Target } from './target.ts'

export interface TargetPools {
  of(target: Target): WrittenRequestPool
  /** Destroys every connection. */
  destroy(): void
}

const MAX_POOLS = 200
const CONNECT_TIMEOUT_MS = 10_000

/** A lookup that returns the checked addresses, so that the name cannot resolve differently at the connection. */
function pinnedLookup({ addresses }: Target): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all) return callback(null, [...addresses])
    const [first] = addresses
    if (first === undefined) return callback(new Error('no address'), '')
    callback(null, first.address, first.family)
  }
}

// The call queue bounds the connections of all pools.
const openPool = (target: Target): WrittenRequestPool =>
  createConnectionPool({
    url: new URL(target.origin),
    verifyTls: target.verifyTls,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    lookup: pinnedLookup(target),
  })

function keyOf({ origin, verifyTls, addresses }: Target): string {
  const sorted = addresses.map(({ address }) => address).sort()
  return `${origin} ${verifyTls} ${sorted.join(' ')}`
}

export function createTargetPools(): TargetPools {
  const keys = new WeakMap<Target, string>()
  // An evicted pool finishes its requests; its errors reach their calls.
  const pools = new LRUCache<string, WrittenRequestPool>({
    max: MAX_POOLS,
    dispose: (pool) => pool.close(),
    noDisposeOnSet: true,
  })
  return {
    of(target) {
      const key = keys.get(target) ?? keyOf(target)
      keys.set(target, key)
      const known = pools.get(key)
      if (known !== undefined) return known
      const pool = openPool(target)
      pools.set(key, pool)
      return pool
    },
    destroy() {
      for (const pool of pools.values()) pool.destroy()
      pools.clear()
    },
  }
}
