// Selects by a walk over all wires, whatever their number: what the order that is kept of long lists is compared with.
import type { Placer } from '../../../../src/core/placement/placer.ts'
import { wiresFor } from '../../../../src/core/routing/candidate-set.ts'
import { eligibleAmong } from '../../../../src/core/routing/policies/eligible-wires.ts'
import { placementOf, policyOf } from '../../../../src/core/routing/policies/policy-of.ts'
import { allCooling, allFull } from '../../../../src/core/routing/refusal.ts'
import { isReady } from '../../../../src/core/routing/readiness.ts'
import type { Select } from '../../../../src/core/routing/selector.ts'
import type { TokenEstimate } from '../../../../src/core/routing/token-estimate.ts'
import type { GatewayState } from '../../../../src/core/state/gateway-state.ts'

interface NaiveSelectorOptions {
  readonly state: GatewayState
  readonly placer: Placer
  readonly estimate: TokenEstimate
}

export const createNaiveSelector =
  ({ state, placer, estimate }: NaiveSelectorOptions): Select =>
  (request, tried, nowMs) => {
    const wires = wiresFor(state, request)
    const candidates = wires.filter(
      ({ endpoint }) => isReady(endpoint, request, nowMs) && !tried.includes(endpoint),
    )
    if (candidates.length === 0) return allCooling(request, 1)
    const selected = policyOf(state.snapshot(), request).select(candidates, request, {
      settings: () => state.snapshot().settings,
      estimate,
      pickFor(each) {
        const pick = placer.pickFor(each, placementOf(state.snapshot(), each))
        return (
          pick &&
          ((eligible, ...rest) => {
            const inReach = new Set(candidates.filter((_, index) => eligible.has(index)))
            return pick(
              eligibleAmong(wires, (wire) => inReach.has(wire)),
              ...rest,
            )
          })
        )
      },
    })
    return selected ?? allFull(request)
  }
