// The target of a call, with the addresses that the policy has checked.
import type { LookupAddress } from 'node:dns'
import type { IncomingMessage } from 'node:http'

export interface Target {
  /** Scheme, host and port, as the request and its TLS name them. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** Resolved addresses of the host; the connection goes only to these. */
  readonly addresses: readonly LookupAddress[]
  readonly verifyTls: boolean
}

/**
 * Rejects with a CallError `refused_target`, or with an error of the name's lookup.
 * @param page - the upgrade request of the page's socket.
 */
export type ResolveTarget = (url: URL, page: IncomingMessage) => Promise<Target>

/** host:port of a URL, with the port even if it is the scheme's default. */
export const hostPortOf = (url: URL): string =>
  `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`

const legacyPath = /^\/(?:chat\/completions|models)\/?$/

/** Path and query on the balancer; adds the /v1 that old clients leave out. */
export const balancerPath = ({ pathname, search }: URL): string =>
  (legacyPath.test(pathname) ? `/v1${pathname}` : pathname) + search
