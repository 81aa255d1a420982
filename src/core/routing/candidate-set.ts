// Which endpoints of its block a request may go to, as far as the request itself decides it.
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { RoutingRequest } from './routing-request.ts'

/** Whether the client token names the one endpoint that its requests may go to. */
export const hasPreferredEndpoint = ({ token }: RoutingRequest): boolean =>
  token !== null && token.preferredEndpointId !== null

/** Whether the client token allows the endpoint. */
export const mayGoTo = ({ token }: RoutingRequest, endpointId: number): boolean =>
  token === null || token.preferredEndpointId === null || token.preferredEndpointId === endpointId

/**
 * Identifies the candidate set of a request: requests with equal keys have the same candidates at any time. Composed
 * of what selection depends on: the block, the preferred endpoint, the endpoints that have failed the request, and
 * whether the first endpoint is reserved for another client token. The model belongs in it once selection filters by
 * model, and not before: until then it does not change the candidates.
 */
export function candidateKey(
  { blockId, token }: RoutingRequest,
  tried: readonly EndpointRuntime[],
  reservesFirst: boolean,
): string {
  const key = `${blockId}/${token?.preferredEndpointId ?? ''}${reservesFirst ? '/reserved' : ''}`
  return tried.length === 0 ? key : `${key}/${tried.map(({ config }) => config.id).join()}`
}

/** @param wires - in ascending endpoint id. */
export function findWire(wires: readonly LiveWire[], endpointId: number): LiveWire | undefined {
  let low = 0
  let high = wires.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((wires[middle]?.endpoint.config.id ?? endpointId) < endpointId) low = middle + 1
    else high = middle
  }
  const wire = wires[low]
  return wire?.endpoint.config.id === endpointId ? wire : undefined
}
