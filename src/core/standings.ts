// Tells of a request that failed what each endpoint of its block had to do with it: for whoever asks why.
import { letsThrough } from './breaker.ts'
import { isFull, type EndpointRuntime } from './endpoint-runtime.ts'
import type { GatewayState } from './gateway-state.ts'
import { isKeptFree, isWantedBy, type Demand } from './router.ts'

/** Why an endpoint was passed by; `available` where it would have taken the request. */
type Standing =
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
const MOMENT_MS = 5

function standingOf(endpoint: EndpointRuntime, keepsFirst: boolean, nowMs: number): Standing {
  const { config, tripped, unhealthy } = endpoint
  if (!config.enabled) return 'disabled'
  if (unhealthy) return 'unhealthy'
  if (!letsThrough(endpoint, nowMs - MOMENT_MS)) return tripped?.probing ? 'being probed' : 'cooling down'
  if (isFull(endpoint)) return 'full'
  // Who is asked second is refused only where nothing but the first in order is left.
  return keepsFirst ? 'kept free' : 'available'
}

/**
 * @param demand - of the request, where it might still have gone elsewhere.
 * @param failures - what happened where it was tried.
 * @param nowMs - on the core's clock.
 * @returns by endpoint `failed: …` or its standing; of many endpoints the first, and how many more there are.
 */
export function tellStandings(
  state: GatewayState,
  demand: Demand | undefined,
  failures: ReadonlyMap<EndpointRuntime, string>,
  nowMs: number,
): Record<string, string> {
  const told = Array.from(failures, ([{ config }, error]) => [config.name, `failed: ${error}`])
  if (demand === undefined) return Object.fromEntries(told) as Record<string, string>
  const snapshot = state.snapshot()
  const tried = new Set(Array.from(failures.keys(), ({ config }) => config.id))
  const others = (snapshot.endpointsByBlock.get(demand.blockId) ?? []).filter(
    ({ id }) => isWantedBy(demand, id) && !tried.has(id),
  )
  const keepsFirst = isKeptFree(snapshot, demand)
  for (const { id, name } of others.slice(0, MAX_ENDPOINTS))
    told.push([name, standingOf(state.endpoint(id), keepsFirst, nowMs)])
  // No endpoint has such a name.
  if (others.length > MAX_ENDPOINTS) told.push(['(more)', String(others.length - MAX_ENDPOINTS)])
  return Object.fromEntries(told) as Record<string, string>
}
