// Where a call goes: an address that was looked at before anything is sent to it.
import type { LookupAddress } from 'node:dns'

export interface Target {
  /** Scheme, host and port, as the request and its TLS name them. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** What the host's name stands for; the connection goes to these and no others. */
  readonly addresses: readonly LookupAddress[]
  readonly verifyTls: boolean
}

/** @throws a CallError `refused_target`, or what looking the name up threw. */
export type ResolveTarget = (url: URL) => Promise<Target>

/** host:port of a URL, with its port even where it is the scheme's own. */
export const hostPortOf = (url: URL): string =>
  `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
