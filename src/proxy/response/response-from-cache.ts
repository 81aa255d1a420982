// Serves client tokens that exceed their share of the traffic from the cache, or refuses them.
import { createHash } from 'node:crypto'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { CachedResponse, ResponseCache } from '../../core/cache/response-cache.ts'
import type { AddressedCall } from '../apis/api.ts'
import type { PreparedBody } from '../request/prepare-body.ts'

/** What the alias stands for now: once it is changed, a request for it is another one. */
const meaningOf = ({ alias }: Pick<RoutingRequest, 'alias'>): string =>
  alias === undefined ? '' : `${JSON.stringify(alias.targets)} ${alias.rewriteResponse} `

/** Identifies equal requests of one block: a response must not reach the clients of another block. */
export function requestDigest(
  { api, path, query }: AddressedCall,
  { bytes }: PreparedBody,
  routing: Pick<RoutingRequest, 'blockId' | 'alias'>,
): string {
  const call = `${routing.blockId} ${api.method} ${path}${query} ${meaningOf(routing)}`
  return createHash('sha256').update(call).update(bytes).digest('base64')
}

/** @throws gatewayError LB_ERR_OVER_QUOTA_STREAM for a stream, LB_ERR_OVER_QUOTA where the cache has no response. */
export function responseFromCache(
  cache: ResponseCache,
  call: AddressedCall,
  prepared: PreparedBody,
  routing: RoutingRequest,
): CachedResponse {
  if (prepared.stream) {
    throw gatewayError('LB_ERR_OVER_QUOTA_STREAM', 'a token over its share of the traffic cannot stream')
  }
  const cached = cache.get(requestDigest(call, prepared, routing))
  if (cached) return cached
  // The token's share falls within the minute over which it is measured.
  throw gatewayError('LB_ERR_OVER_QUOTA', 'cache miss for over-quota token traffic', { retryAfterS: 10 })
}
