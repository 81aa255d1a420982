// Tells of a request that failed what each endpoint of its block had to do with it: for whoever asks why.
import { allowsRequest } from '../lease/breaker.ts'
import { isFull, type EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { isFirstReserved, mayGoTo } from './router.ts'
import type { RoutingRequest } from './routing-request.ts'

/** Why an endpoint was passed by; `available` where it would have taken the request. */
type SelectionReason =
  | 'available'
  | 'disabled'
  | 'unhealthy'
  | 'cooling down'
  | 'being probed'
  | 'full'
  /** For the prioritised input token. */
  | 'kept free'

// Of a thousand endpoints nobody wants to read in each line.
const MAX_ENDPOINTS = 32
// It was decided a moment ago: a cooldown that has ended since was still a reason.
const TOLERANCE_MS = 5

function reasonFor(endpoint: EndpointRuntime, reservesFirst: boolean, nowMs: number): SelectionReason {
  const { config, tripped, unhealthy } = endpoint
  if (!config.enabled) return 'disabled'
  if (unhealthy) return 'unhealthy'
  if (!allowsRequest(endpoint, nowMs - TOLERANCE_MS))
    return tripped?.probing ? 'being probed' : 'cooling down'
  if (isFull(endpoint)) return 'full'
  // Who is asked second is refused only where nothing but the first in order is left.
  return reservesFirst ? 'kept free' : 'available'
}

/**
 * @param demand - of the request, where it might still have gone elsewhere.
 * @param failures - what happened where it was tried.
 * @param nowMs - on the core's clock.
 * @returns by endpoint `failed: …` or its standing; of many endpoints the first, and how many more there are.
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
  const reservesFirst = isFirstReserved(snapshot, request)
  for (const { id, name } of others.slice(0, MAX_ENDPOINTS))
    explanations.push([name, reasonFor(state.endpoint(id), reservesFirst, nowMs)])
  // No endpoint has such a name.
  if (others.length > MAX_ENDPOINTS) explanations.push(['(more)', String(others.length - MAX_ENDPOINTS)])
  return Object.fromEntries(explanations) as Record<string, string>
}
