// Keeps one connection pool per endpoint, renewed when the endpoint's address, timeout or TLS setting changes.
import { buildConnector, Pool } from 'undici'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { dropInterimResponses } from './drop-interim-responses.ts'

/** The part of an endpoint's configuration that the transport uses. */
type Target = Pick<EndpointConfig, 'id' | 'baseUrl' | 'apiKey' | 'timeoutS' | 'verifyTls'>

/** An endpoint's connections, and what each request to it needs. */
export interface Upstream {
  readonly pool: Pool
  /** The base URL's path, without a trailing slash. */
  readonly basePath: string
  readonly authorization: string | undefined
  /** Names this balancer in each request, so that it is known where it comes back. */
  readonly instanceId: string
}

export interface UpstreamPools {
  of(endpoint: Target): Upstream
  /** Closes the pools of removed endpoints after their running requests. */
  prune(liveIds: ReadonlySet<number>): void
  /** Cuts every connection. */
  destroy(): Promise<void>
}

interface Entry {
  readonly config: Target
  readonly address: string
  readonly upstream: Upstream
}

const MAX_CONNECT_MS = 10_000

function createConnect({ timeoutS, verifyTls }: Target): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: Math.min(MAX_CONNECT_MS, timeoutS * 1000),
    rejectUnauthorized: verifyTls,
  })
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[1]) dropInterimResponses(result[1])
      callback(...result)
    })
}

function openPool(origin: string, endpoint: Target): Pool {
  return new Pool(origin, {
    // Unlimited: leases bound the requests of an endpoint, and a queue in the pool would hide that it is full.
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: createConnect(endpoint),
  })
}

export function createUpstreamPools(instanceId: string): UpstreamPools {
  const entries = new Map<number, Entry>()
  // A replaced pool finishes its running requests, which get its errors themselves.
  const retire = (pool: Pool): void => void pool.close().catch(() => undefined)

  const renew = (endpoint: Target, known: Entry | undefined): Upstream => {
    const url = new URL(endpoint.baseUrl)
    const address = `${url.origin} ${endpoint.verifyTls} ${endpoint.timeoutS}`
    const kept = known?.address === address
    const pool = kept ? known.upstream.pool : openPool(url.origin, endpoint)
    if (known && !kept) retire(known.upstream.pool)
    const upstream: Upstream = {
      pool,
      basePath: url.pathname.replace(/(?<!\/)\/+$/, ''),
      instanceId,
      authorization: endpoint.apiKey === '' ? undefined : `Bearer ${endpoint.apiKey}`,
    }
    entries.set(endpoint.id, { config: endpoint, address, upstream })
    return upstream
  }

  return {
    of(endpoint) {
      const known = entries.get(endpoint.id)
      return known?.config === endpoint ? known.upstream : renew(endpoint, known)
    },
    prune(liveIds) {
      for (const [id, { upstream }] of entries) {
        if (liveIds.has(id)) continue
        entries.delete(id)
        retire(upstream.pool)
      }
    },
    async destroy() {
      await Promise.all([...entries.values()].map(({ upstream }) => upstream.pool.destroy()))
      entries.clear()
    },
  }
}
