// Keeps one connection pool per endpoint, renewed when the endpoint's address, timeout or TLS setting changes.
import { buildConnector, Pool, type Client, type Dispatcher } from 'undici'
import { createTrackedClient } from '../../http/tracked-client.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { dropInterimResponses } from './drop-interim-responses.ts'

/** The part of an endpoint's configuration that the transport uses. */
type Target = Pick<EndpointConfig, 'id' | 'baseUrl' | 'apiKey' | 'authStyle' | 'timeoutS' | 'verifyTls'>

/** An endpoint's connections, and what each request to it needs. */
export interface Upstream {
  readonly pool: Pool
  /** Sends a request on a connection of its own, which is closed after the response. */
  readonly dispatchAlone: Dispatcher['dispatch']
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
  destroy(): Promise<void>
}

interface Entry {
  readonly config: Target
  readonly address: string
  readonly transport: Transport
  readonly upstream: Upstream
}

const V1 = '/v1'

/** @param path - on a backend whose base URL ends in /v1. @returns where it is on this one. */
export const upstreamPath = (
  { basePath, rootPath }: Pick<Upstream, 'basePath' | 'rootPath'>,
  path: string,
): string => (path.startsWith('/v1/') ? basePath + path.slice(V1.length) : rootPath + path)

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

/** The connections to one origin with the settings of one endpoint. */
interface Transport {
  readonly pool: Pool
  readonly dispatchAlone: Dispatcher['dispatch']
  /** Lets running requests end. */
  retire(): void
  /** Cuts every connection. */
  destroy(): Promise<void>
}

function openTransport(origin: string, endpoint: Target): Transport {
  const connect = createConnect(endpoint)
  const pool = new Pool(origin, {
    // Unlimited: leases bound the requests of an endpoint, and a queue in the pool would hide that it is full.
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect,
    factory: (url, options) => createTrackedClient(url, { ...options, connect }),
  })
  const alone = new Set<Client>()
  return {
    pool,
    dispatchAlone(request, handler) {
      const client = createTrackedClient(origin, { pipelining: 1, allowH2: false, connect })
      alone.add(client)
      const accepted = client.dispatch(request, handler)
      // After its only request.
      client.close(() => alone.delete(client))
      return accepted
    },
    // A replaced pool finishes its running requests, which get its errors themselves.
    retire: () => void pool.close().catch(() => undefined),
    async destroy() {
      await Promise.all([pool, ...alone].map((dispatcher) => dispatcher.destroy()))
    },
  }
}

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
    const transport = kept ? known.transport : openTransport(url.origin, endpoint)
    if (known && !kept) known.transport.retire()
    const basePath = url.pathname.replace(/(?<!\/)\/+$/, '')
    const upstream: Upstream = {
      pool: transport.pool,
      dispatchAlone: transport.dispatchAlone,
      basePath,
      rootPath: basePath.endsWith(V1) ? basePath.slice(0, -V1.length) : basePath,
      instanceId,
      credentials: credentialsOf(endpoint),
    }
    entries.set(endpoint.id, { config: endpoint, address, transport, upstream })
    return upstream
  }

  return {
    of(endpoint) {
      const known = entries.get(endpoint.id)
      return known?.config === endpoint ? known.upstream : renew(endpoint, known)
    },
    prune(liveIds) {
      for (const [id, { transport }] of entries) {
        if (liveIds.has(id)) continue
        entries.delete(id)
        transport.retire()
      }
    },
    async destroy() {
      await Promise.all([...entries.values()].map(({ transport }) => transport.destroy()))
      entries.clear()
    },
  }
}
