// Which endpoints of its block a request may go to, as far as the request itself decides it.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { clientOf, modelOf } from '../lease/scope.ts'
import type { RoutingRequest } from './routing-request.ts'

/** Whether the client token names the one endpoint that its requests may go to. */
export const hasPreferredEndpoint = ({ token }: RoutingRequest): boolean =>
  token !== null && token.preferredEndpointId !== null

/** Whether the client token allows the endpoint. */
export const mayGoTo = ({ token }: RoutingRequest, endpointId: number): boolean =>
  token === null || token.preferredEndpointId === null || token.preferredEndpointId === endpointId

/**
 * Identifies the candidate set of a request: requests with equal keys have the same candidates at any time. Composed
 * of what selection depends on: the block, the preferred endpoint, the client and the model, which a cooldown may
 * concern alone, and the endpoints that have failed the request.
 */
export function candidateKey(request: RoutingRequest, tried: readonly EndpointRuntime[]): string {
  const { blockId, token } = request
  const key = `${blockId}/${token?.preferredEndpointId ?? ''}/${clientOf(request)}/${modelOf(request)}`
  return tried.length === 0 ? key : `${key}/${tried.map(({ config }) => config.id).join()}`
}
