// Keeps one connection pool per endpoint, renewed when the endpoint's address, timeout or TLS setting changes.
import { createConnectionPool, type ConnectionPool } from '../../http/upstream/connection-pool.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'

/** The part of an endpoint's configuration that the transport uses. */
type Target = Pick<EndpointConfig, 'id' | 'baseUrl' | 'apiKey' | 'authStyle' | 'timeoutS' | 'verifyTls'>

/** An endpoint's connections, and what each request to it needs. */
export interface Upstream {
  readonly pool: ConnectionPool
  /** The base URL's path, without a trailing slash. */
  readonly basePath: string
  /** The same without `/v1` at its end: where engines serve what is not below /v1. */
  readonly rootPath: string
  /** The header fields of the endpoint's key: name, value, name, value; empty where it has none. */
  readonly credentials: readonly string[]
  /** Names this balancer in each request, so that it is known where it comes back. */
  readonly instanceId: string
}

export interface UpstreamPools {
  of(endpoint: Target): Upstream
  /** Closes the pools of removed endpoints after their running requests. */
  prune(liveIds: ReadonlySet<number>): void
  /** Cuts every connection. */
  destroy(): void
}

interface Entry {
  readonly config: Target
  readonly address: string
  readonly upstream: Upstream
}

const V1 = '/v1'

/** @param path - on a backend whose base URL ends in /v1. @returns where it is on this one. */
export const upstreamPath = (
  { basePath, rootPath }: Pick<Upstream, 'basePath' | 'rootPath'>,
  path: string,
): string => (path.startsWith('/v1/') ? basePath + path.slice(V1.length) : rootPath + path)

const MAX_CONNECT_MS = 10_000

// Connections are not limited in number: leases bound the requests of an endpoint, and a queue here would hide that it is full.
const openPool = (url: URL, { timeoutS, verifyTls }: Target): ConnectionPool =>
  createConnectionPool({ url, verifyTls, connectTimeoutMs: Math.min(MAX_CONNECT_MS, timeoutS * 1000) })

function credentialsOf({ apiKey, authStyle }: Target): readonly string[] {
  if (apiKey === '') return []
  return [
    ...(authStyle === 'x-api-key' ? [] : ['authorization', `Bearer ${apiKey}`]),
    ...(authStyle === 'bearer' ? [] : ['x-api-key', apiKey]),
  ]
}

export function createUpstreamPools(instanceId: string): UpstreamPools {
  const entries = new Map<number, Entry>()
  const renew = (endpoint: Target, known: Entry | undefined): Upstream => {
    const url = new URL(endpoint.baseUrl)
    const address = `${url.origin} ${endpoint.verifyTls} ${endpoint.timeoutS}`
    const kept = known?.address === address
    const pool = kept ? known.upstream.pool : openPool(url, endpoint)
    // A replaced pool finishes its running requests.
    if (known && !kept) known.upstream.pool.close()
    const basePath = url.pathname.replace(/(?<!\/)\/+$/, '')
    const upstream: Upstream = {
      pool,
      basePath,
      rootPath: basePath.endsWith(V1) ? basePath.slice(0, -V1.length) : basePath,
      instanceId,
      credentials: credentialsOf(endpoint),
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
        upstream.pool.close()
      }
    },
    destroy() {
      for (const { upstream } of entries.values()) upstream.pool.destroy()
      entries.clear()
    },
  }
}
