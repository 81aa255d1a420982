// The order of balanced mode, which decides where placement finds endpoints equally quick, compared with a plain sort.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlacer } from '../../../../src/core/placement/placer.ts'
import { balancedPolicy } from '../../../../src/core/routing/policies/balanced.ts'
import type { PolicyContext } from '../../../../src/core/routing/policies/policy.ts'
import { createRouter } from '../../../../src/core/routing/router.ts'
import { createTokenEstimate } from '../../../../src/core/routing/token-estimate.ts'
import { policy, requestFor } from '../../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../../support/gateway/gateway-fixture.ts'

const fleet = (count: number, values: object = {}) =>
  configuration(
    Array.from({ length: count }, (_, index) => endpointConfig(index + 1, values)),
    { routingMode: 'balanced' },
  )

describe('balanced mode', () => {
  it('selects of those with room the one with the fewest open requests, then the one selected longest ago', () => {
    const drawn = fc.record({ inflight: fc.nat(3), turn: fc.nat(2) })
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 7 }), (list) => {
        const configured = fleet(list.length, { maxConcurrent: 3, quotaPercent: 0 })
        const state = gatewayState(configured, () => 1)
        const wires = state.wires(1)
        list.forEach(({ inflight, turn }, index) => {
          state.endpoint(index + 1).inflight = inflight
          Object.assign(wires[index] ?? {}, { turn })
        })
        const context: PolicyContext = {
          settings: () => configured.settings,
          estimate: createTokenEstimate(),
          pickFor: () => undefined,
        }
        const [expected] = list
          .map((each, index) => ({ ...each, id: index + 1 }))
          .filter(({ inflight }) => inflight < 3)
          .sort((a, b) => a.inflight - b.inflight || a.turn - b.turn || a.id - b.id)
        expect(balancedPolicy.select(wires, requestFor(), context)?.endpoint.config.id).toBe(expected?.id)
      }),
    )
  })

  it.each(['quota_order', 'load', 'prefix'] as const)(
    'serves equally quick endpoints in turn, with placement %s',
    (placement) => {
      const clock = manualClock()
      const configured = fleet(5)
      const state = gatewayState(
        { ...configured, settings: { ...configured.settings, placement } },
        clock.now,
      )
      const placer = createPlacer({ clock: clock.now, endpoints: () => 5 })
      const router = createRouter({ state, clock: clock.now, policy, placer })
      const ids = Array.from({ length: 20 }, () => {
        const selection = router.acquire(requestFor())
        if ('refusal' in selection) throw new Error(selection.refusal.detail)
        selection.lease.settle({
          outcome: 'success',
          promptTokens: 1,
          completionTokens: 1,
          deltas: 1,
          latencyMs: 1,
        })
        return selection.lease.endpoint.config.id
      })
      expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => (index % 5) + 1))
    },
  )
})
