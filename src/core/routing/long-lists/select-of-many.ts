// Selects from long lists of wires, without a visit to every wire.
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'
import type { GatewayState } from '../../state/gateway-state.ts'
import { policyOf } from '../policies/policy-of.ts'
import type { PolicyContext, RoutingPolicy } from '../policies/policy.ts'
import { isReady, isReadyForAll } from '../readiness.ts'
import { allFull, type Refusal } from '../refusal.ts'
import type { RoutingRequest } from '../routing-request.ts'
import { createLongList, type LongList } from './long-list.ts'

/** @returns undefined where no wire is a candidate. */
type SelectOfMany = (
  wires: readonly LiveWire[],
  request: RoutingRequest,
  tried: readonly EndpointRuntime[],
  nowMs: number,
) => LiveWire | Refusal | undefined

export function createSelectOfMany(state: GatewayState, context: PolicyContext): SelectOfMany {
  const longLists = new WeakMap<readonly LiveWire[], LongList>()

  const longListOf = (wires: readonly LiveWire[], policy: RoutingPolicy): LongList => {
    const known = longLists.get(wires)
    if (known?.policy === policy) return known
    const list = createLongList(wires, policy, state.journal)
    longLists.set(wires, list)
    return list
  }

  /** The endpoints that are not ready for the request, and those that have failed it. */
  const findExcluded = (
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
    nowMs: number,
  ): readonly EndpointRuntime[] => {
    const { setAside } = state.journal
    if (setAside.size === 0) return tried
    const excluded = [...tried]
    for (const endpoint of setAside) {
      if (isReadyForAll(endpoint)) setAside.delete(endpoint)
      else if (!isReady(endpoint, request, nowMs)) excluded.push(endpoint)
    }
    return excluded
  }

  return (wires, request, tried, nowMs) => {
    const list = longListOf(wires, policyOf(state.snapshot(), request))
    if (!list.refresh(findExcluded(request, tried, nowMs))) return undefined
    return list.selector.select(request, context) ?? allFull(request)
  }
}
