// The headers of requests that the balancer itself makes, without a client.
import { VIA_HEADER } from '../request/via.ts'
import type { Upstream } from './upstream-pools.ts'

/** @param purpose - for the upstream's log. @returns name, value, name, value. */
export const ownHeaders = (
  { credentials, instanceId }: Pick<Upstream, 'credentials' | 'instanceId'>,
  purpose: string,
  accept = 'application/json',
): string[] => [
  ...['accept', accept, 'accept-encoding', 'identity', 'user-agent', `llm-load-balancer ${purpose}`],
  ...[VIA_HEADER, instanceId],
  ...credentials,
]
