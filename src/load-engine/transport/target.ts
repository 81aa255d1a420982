/** The target of a call, with the addresses that a policy has checked. */
import type { LookupAddress } from 'node:dns'

export interface Target {
  /** Scheme, host and port, as the request and its TLS name them. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** Resolved addresses of the host; the connection goes only to these. */
  readonly addresses: readonly LookupAddress[]
  readonly verifyTls: boolean
}
