// Connection pools to targets, each pinned to the addresses that the target policy checked.
import type { LookupFunction } from 'node:net'
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'
import type { Target } from './target.ts'

export interface TargetPools {
  of(target: Target): Pool
  /** Destroys every connection. */
  destroy(): Promise<void>
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

function openPool(target: Target): Pool {
  return new Pool(target.origin, {
    // The call queue bounds the connections of all pools.
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      rejectUnauthorized: target.verifyTls,
      lookup: pinnedLookup(target),
    },
  })
}

export function createTargetPools(): TargetPools {
  // An evicted pool finishes its requests; its errors reach their calls.
  const pools = new LRUCache<string, Pool>({
    max: MAX_POOLS,
    dispose: (pool) => void pool.close().catch(() => undefined),
    noDisposeOnSet: true,
  })
  return {
    of(target) {
      const addresses = target.addresses.map(({ address }) => address).sort()
      const key = `${target.origin} ${target.verifyTls} ${addresses.join(' ')}`
      const known = pools.get(key)
      if (known !== undefined) return known
      const pool = openPool(target)
      pools.set(key, pool)
      return pool
    },
    async destroy() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
      pools.clear()
    },
  }
}
