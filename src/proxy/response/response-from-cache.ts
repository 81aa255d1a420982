// Serves client tokens that exceed their share of the traffic from the cache, or refuses them.
import { createHash } from 'node:crypto'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { CachedResponse, ResponseCache } from '../../core/cache/response-cache.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { AddressedCall } from '../apis/api.ts'
import type { PreparedBody } from '../request/prepare-body.ts'

/** What the alias stands for now: once it is changed, a request for it is another one. */
const meaningOf = ({ alias }: Pick<RoutingRequest, 'alias'>): string =>
  alias === undefined ? '' : `${JSON.stringify(alias.targets)} ${alias.rewriteResponse} `

/**
 * The names by which the endpoints of the block know the model, or the targets of the alias, as their `model_map` says now;
 * empty where none has another name.
 */
function upstreamNames(
  state: Pick<GatewayState, 'wires'>,
  { blockId, model, targets }: RoutingRequest,
): string {
  const models = targets?.requests.map((each) => each.model) ?? [model]
  const wires = state.wires(blockId)
  const names = models.map((name = '') => {
    const known = new Set(wires.map(({ endpoint }) => endpoint.served.upstreamName(name)))
    return known.size === 1 && known.has(name) ? [] : [...known].sort()
  })
  return names.some(({ length }) => length > 0) ? JSON.stringify(names) : ''
}

/**
 * Identifies equal requests of one block: a response must not reach the clients of another block.
 * @param names - as of `upstreamNames`, for a response that is kept: another model has others.
 */
export function requestDigest(
  { api, path, query }: AddressedCall,
  { bytes }: PreparedBody,
  routing: Pick<RoutingRequest, 'blockId' | 'alias'>,
  names = '',
): string {
  const call = `${routing.blockId} ${api.method} ${path}${query} ${meaningOf(routing)}${names}`
  return createHash('sha256').update(call).update(bytes).digest('base64')
}

interface CacheContext {
  readonly cache: ResponseCache
  readonly state: Pick<GatewayState, 'wires'>
}

/** @returns what stores the response to the request, unless the endpoints know its model by other names meanwhile. */
export function cacheLater(
  { cache, state }: CacheContext,
  call: AddressedCall,
  prepared: PreparedBody,
  routing: RoutingRequest,
): (body: Buffer, contentType: string) => void {
  const names = upstreamNames(state, routing)
  return (body, contentType) => {
    if (upstreamNames(state, routing) === names)
      cache.set(requestDigest(call, prepared, routing, names), { body, contentType })
  }
}

/** @throws gatewayError LB_ERR_OVER_QUOTA_STREAM for a stream, LB_ERR_OVER_QUOTA where the cache has no response. */
export function responseFromCache(
  { cache, state }: CacheContext,
  call: AddressedCall,
  prepared: PreparedBody,
  routing: RoutingRequest,
): CachedResponse {
  if (prepared.stream) {
    throw gatewayError('LB_ERR_OVER_QUOTA_STREAM', 'a token over its share of the traffic cannot stream')
  }
  const cached = cache.get(requestDigest(call, prepared, routing, upstreamNames(state, routing)))
  if (cached) return cached
  // The token's share falls within the minute over which it is measured.
  throw gatewayError('LB_ERR_OVER_QUOTA', 'cache miss for over-quota token traffic', { retryAfterS: 10 })
}
