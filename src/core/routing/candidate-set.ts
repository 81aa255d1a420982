// Which endpoints of its block may ever serve a request, as configured, and what identifies them.
import { takesConfigured, takesModel } from '../apis/takes-call.ts'
import { isScoped } from '../lease/breaker.ts'
import { covers } from '../lease/scope.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import type { RoutingRequest } from './routing-request.ts'

const NO_ENDPOINTS: readonly EndpointRuntime[] = []
const NO_WIRES: readonly LiveWire[] = []

/** Whether the client token names the one endpoint that its requests may go to. */
export const hasPreferredEndpoint = ({ token }: RoutingRequest): boolean =>
  token !== null && token.preferredEndpointId !== null

/** Whether the policy has no choice: the client token, the target of an alias or an object names one endpoint. */
export const hasOneEndpoint = (request: RoutingRequest): boolean =>
  request.endpointId !== undefined || hasPreferredEndpoint(request)

/** Whether the client token, the target of an alias and the object allow the endpoint. */
export const mayGoTo = ({ token, endpointId }: RoutingRequest, id: number): boolean =>
  (token === null || token.preferredEndpointId === null || token.preferredEndpointId === id) &&
  (endpointId === undefined || endpointId === id)

const idsOf = (endpoints: readonly EndpointRuntime[]): string =>
  endpoints.map(({ config }) => config.id).join()

/**
 * Identifies the candidate set of a request: requests with equal keys have the same candidates at any time. Composed
 * of what selection depends on: the block, those of its endpoints that serve the request, the one endpoint that it is bound to, the
 * endpoints that have failed the request, whether the first endpoint is reserved for another client token, and the
 * cooldowns that concern some requests only.
 * @param served - identifies the endpoints of the block that serve the request's call and model, or its targets; undefined where all do.
 * @param coolingFor - the endpoints with a cooldown of some requests, this one among them.
 */
export function candidateKey(
  { blockId, token, endpointId }: RoutingRequest,
  served: string | undefined,
  tried: readonly EndpointRuntime[],
  reservesFirst: boolean,
  coolingFor: readonly EndpointRuntime[],
): string {
  const all = `${blockId}/${endpointId ?? token?.preferredEndpointId ?? ''}${reservesFirst ? '/reserved' : ''}`
  const base = served === undefined ? all : `${all}/set ${served}`
  const key = coolingFor.length === 0 ? base : `${base}/cooling ${idsOf(coolingFor)}`
  return tried.length === 0 ? key : `${key}/${idsOf(tried)}`
}

/** @param wires - in ascending endpoint id. @returns -1 where none is to the endpoint. */
export function indexOfEndpoint(wires: readonly LiveWire[], endpointId: number): number {
  let low = 0
  let high = wires.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((wires[middle]?.endpoint.config.id ?? endpointId) < endpointId) low = middle + 1
    else high = middle
  }
  return wires[low]?.endpoint.config.id === endpointId ? low : -1
}

/** @param wires - in ascending endpoint id. */
export const findWire = (wires: readonly LiveWire[], endpointId: number): LiveWire | undefined =>
  wires[indexOfEndpoint(wires, endpointId)]

/** Those of the wires that the client token, the target of an alias and the object allow. */
export function allowedWires(wires: readonly LiveWire[], request: RoutingRequest): readonly LiveWire[] {
  if (!hasOneEndpoint(request)) return wires
  const id = request.endpointId ?? request.token?.preferredEndpointId ?? 0
  const wire = mayGoTo(request, id) ? findWire(wires, id) : undefined
  return wire ? [wire] : NO_WIRES
}

/** The wires to all endpoints that may ever serve the request. It must not be one with targets. */
export function wiresFor(state: GatewayState, request: RoutingRequest): readonly LiveWire[] {
  if (!hasOneEndpoint(request)) return state.wires(request.blockId, request)
  // No other endpoint may serve it, whatever has been found of the routes of this one.
  const wires = allowedWires(state.wires(request.blockId), request)
  const isServed = wires.every(
    ({ endpoint }) =>
      takesConfigured(endpoint, request) && !(request.needsRoute && endpoint.missingRoutes.has(request.path)),
  )
  return isServed ? wires : NO_WIRES
}

/** What the request may be served as: itself, or its targets. */
export const servedAs = (request: RoutingRequest): readonly RoutingRequest[] =>
  request.targets?.requests ?? [request]

/** The first of the requests whose model the endpoint takes; undefined where it takes none. */
export const takenOf = (
  requests: readonly RoutingRequest[],
  endpoint: EndpointRuntime,
): RoutingRequest | undefined =>
  requests.find(
    (each) =>
      mayGoTo(each, endpoint.config.id) && (each.model === undefined || takesModel(endpoint, each.model)),
  )

/** Whether any endpoint may ever serve the request. */
export const isServable = (state: GatewayState, request: RoutingRequest): boolean =>
  servedAs(request).some((each) => wiresFor(state, each).length > 0)

/** The endpoints with a cooldown of some requests, this one among them. */
export function coolingFor(
  { scopedTrips }: GatewayState,
  request: RoutingRequest,
): readonly EndpointRuntime[] {
  if (scopedTrips.size === 0) return NO_ENDPOINTS
  const requests = servedAs(request)
  return [...scopedTrips].filter(
    ({ tripped }) => isScoped(tripped) && requests.some((each) => covers(tripped.scope, each)),
  )
}

/**
 * @returns a function that identifies what serves a request: the wires of its call and model, or those of each target.
 * undefined where these are all wires that it may have.
 */
export function createSetNames(state: GatewayState): (request: RoutingRequest) => string | undefined {
  const numbers = new WeakMap<readonly LiveWire[], number>()
  let last = 0
  const numberOf = (wires: readonly LiveWire[]): number => {
    const number = numbers.get(wires) ?? (last += 1)
    numbers.set(wires, number)
    return number
  }
  const nameOf = (request: RoutingRequest): string | undefined => {
    const wires = wiresFor(state, request)
    if (hasOneEndpoint(request)) return wires.length > 0 ? undefined : '0'
    return wires === state.wires(request.blockId) ? undefined : String(numberOf(wires))
  }
  return (request) => {
    const { targets } = request
    if (targets === undefined) return nameOf(request)
    const names = targets.requests.map((each) => `${nameOf(each) ?? 'all'} ${each.endpointId ?? ''}`)
    return `${targets.waits ? 'first' : 'any'} of ${names.join()}`
  }
}
