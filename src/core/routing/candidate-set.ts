// Which endpoints of its block a request may go to, as far as the request itself decides it.
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { RoutingRequest } from './routing-request.ts'

/** Whether the client token names the one endpoint that its requests may go to. */
export const hasPreferredEndpoint = ({ token }: RoutingRequest): boolean =>
  token !== null && token.preferredEndpointId !== null

/** Whether the client token allows the endpoint. */
export const mayGoTo = ({ token }: RoutingRequest, endpointId: number): boolean =>
  token === null || token.preferredEndpointId === null || token.preferredEndpointId === endpointId

const idsOf = (endpoints: readonly EndpointRuntime[]): string =>
  endpoints.map(({ config }) => config.id).join()

/**
 * Identifies the candidate set of a request: requests with equal keys have the same candidates at any time. Composed
 * of what selection depends on: the block, those of its endpoints that serve the model, the preferred endpoint, the
 * endpoints that have failed the request, whether the first endpoint is reserved for another client token, and the
 * cooldowns that concern some requests only.
 * @param served - identifies the endpoints of the block that serve the request's model; undefined where all do.
 * @param coolingFor - the endpoints with a cooldown of some requests, this one among them.
 */
export function candidateKey(
  { blockId, token }: RoutingRequest,
  served: number | undefined,
  tried: readonly EndpointRuntime[],
  reservesFirst: boolean,
  coolingFor: readonly EndpointRuntime[],
): string {
  const all = `${blockId}/${token?.preferredEndpointId ?? ''}${reservesFirst ? '/reserved' : ''}`
  const base = served === undefined ? all : `${all}/set ${served}`
  const key = coolingFor.length === 0 ? base : `${base}/cooling ${idsOf(coolingFor)}`
  return tried.length === 0 ? key : `${key}/${idsOf(tried)}`
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
