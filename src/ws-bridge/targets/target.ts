// How the targets of calls are found, and the names that they have.
import type { IncomingMessage } from 'node:http'
import type { Target } from '../../load-engine/transport/target.ts'

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
