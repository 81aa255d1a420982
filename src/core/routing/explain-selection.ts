// Explains, for the log of a failed request, why each endpoint of its block did not serve it.
import type { CandidateState } from '../../contract/objects/decision-words.ts'
import { takesApi } from '../apis/takes-call.ts'
import { allowsRequest, cooldownRemainingMs, isScoped } from '../lease/breaker.ts'
import type { EndpointRuntime, Trip } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { isFull } from '../shared/slots.ts'
import { mayGoTo, servedAs, takenOf } from './candidate-set.ts'
import { policyOf } from './policies/policy-of.ts'
import type { RoutingRequest } from './routing-request.ts'

// Bounds the log line of a block with very many endpoints.
const MAX_ENDPOINTS = 32

/** Whom the cooldown concerns; the request is one of them. */
function coolingReason(trip: Trip | null): CandidateState {
  if (!isScoped(trip)) return 'cooling down'
  const { client, model } = trip.scope
  if (client === undefined) return 'cooling down for this model'
  return model === undefined ? 'cooling down for this client' : 'cooling down for this client and model'
}

/** Why the endpoint cannot be selected for the request; undefined where it could have been. */
export function obstacleOf(
  endpoint: EndpointRuntime,
  request: RoutingRequest,
  reservesFirst: boolean,
  nowMs: number,
): CandidateState | undefined {
  const { config, tripped, unhealthy, watch } = endpoint
  if (!config.enabled) return 'disabled'
  const ofCall = servedAs(request).filter(({ api }) => takesApi(endpoint, api))
  if (ofCall.length === 0) return 'does not serve the call'
  const routed = ofCall.filter(({ path }) => !endpoint.missingRoutes.has(path))
  const target = takenOf(routed.length > 0 ? routed : ofCall, endpoint)
  if (target === undefined) return 'lacks the model'
  if (routed.length === 0) return 'lacks the route'
  if (unhealthy) return 'unhealthy'
  if (!allowsRequest(endpoint, target, nowMs))
    return tripped?.probing || watch.hang || cooldownRemainingMs(endpoint, nowMs) === 0
      ? 'being probed'
      : coolingReason(tripped)
  if (isFull(endpoint)) return 'full'
  // A request that may not take the first in order is refused only where no other candidate is free: this is the first.
  return reservesFirst ? 'kept free' : undefined
}

/**
 * @param request - undefined where it could go to no other endpoint any more: only `failures` are explained then.
 * @param failures - error text by endpoint that was tried.
 * @param nowMs - when the selection began, on the core's clock.
 * @returns by endpoint name `failed: …` or the reason. Beyond 32 endpoints not tried, the key `(more)` holds the number
 * of the others.
 */
export function explainSelection(
  state: GatewayState,
  request: RoutingRequest | undefined,
  failures: ReadonlyMap<EndpointRuntime, string>,
  nowMs: number,
): Record<string, string> {
  const explanations = Array.from(failures, ([{ config }, error]) => [config.name, `failed: ${error}`])
  if (request === undefined) return Object.fromEntries(explanations) as Record<string, string>
  const snapshot = state.snapshot()
  const tried = new Set(Array.from(failures.keys(), ({ config }) => config.id))
  const others = (snapshot.endpointsByBlock.get(request.blockId) ?? []).filter(
    ({ id }) => mayGoTo(request, id) && !tried.has(id),
  )
  const reservesFirst = policyOf(snapshot, request).reservesFirst(request, snapshot.settings)
  for (const { id, name } of others.slice(0, MAX_ENDPOINTS))
    explanations.push([name, obstacleOf(state.endpoint(id), request, reservesFirst, nowMs) ?? 'available'])
  // Endpoint names have no parentheses, so the key is free.
  if (others.length > MAX_ENDPOINTS) explanations.push(['(more)', String(others.length - MAX_ENDPOINTS)])
  return Object.fromEntries(explanations) as Record<string, string>
}
