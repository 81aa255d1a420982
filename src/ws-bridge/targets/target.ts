// Where a call goes: an address that was looked at before anything is sent to it.
import type { LookupAddress } from 'node:dns'
import type { IncomingMessage } from 'node:http'

export interface Target {
  /** Scheme, host and port, as the request and its TLS name them. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** What the host's name stands for; the connection goes to these and no others. */
  readonly addresses: readonly LookupAddress[]
  readonly verifyTls: boolean
}

/**
 * Rejects with a CallError `refused_target`, or with what looking the name up threw.
 * @param page - the request that the page's socket began with.
 */
export type ResolveTarget = (url: URL, page: IncomingMessage) => Promise<Target>

/** host:port of a URL, with its port even where it is the scheme's own. */
export const hostPortOf = (url: URL): string =>
  `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`

const legacyPath = /^\/(?:chat\/completions|models)\/?$/

/** Path and query on the balancer, whose first clients left the /v1 out. */
export const balancerPath = ({ pathname, search }: URL): string =>
  (legacyPath.test(pathname) ? `/v1${pathname}` : pathname) + search
