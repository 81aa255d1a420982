// Keeps connection pools to targets, each bound to the addresses that the target was found at.
import type { LookupFunction } from 'node:net'
import { LRUCache } from 'lru-cache'
import { Pool } from 'undici'
import type { Target } from './target.ts'

export interface TargetPools {
  of(target: Target): Pool
  /** Cuts every connection. */
  destroy(): Promise<void>
}

const MAX_POOLS = 200
const CONNECT_TIMEOUT_MS = 10_000

/** A look-up that knows its answer, so that a name cannot come to mean another place between the check and the connection. */
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
    // The bridge's queue bounds them all together.
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
  // One that is pushed out finishes what it carries; its errors reach those calls, not us.
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
