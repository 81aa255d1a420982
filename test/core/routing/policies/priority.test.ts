// The order of priority mode, compared with a plain sort.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LiveWire } from '../../../../src/core/state/endpoint-runtime.ts'
import type { PolicyContext } from '../../../../src/core/routing/policies/policy.ts'
import { priorityPolicy } from '../../../../src/core/routing/policies/priority.ts'
import { createTokenEstimate } from '../../../../src/core/routing/token-estimate.ts'
import { requestFor } from '../../../support/gateway/closed-loop.ts'
import { configuration, endpointConfig, gatewayState } from '../../../support/gateway/gateway-fixture.ts'

interface Drawn {
  readonly priorityOrder: number
  readonly consecutiveFailures: number
  readonly avgLatencyMs: number
  readonly full: boolean
}
const drawn: fc.Arbitrary<Drawn> = fc.record({
  priorityOrder: fc.nat(2),
  consecutiveFailures: fc.nat(2),
  avgLatencyMs: fc.nat(2),
  full: fc.boolean(),
})

function wires(list: readonly Drawn[]): readonly LiveWire[] {
  const endpoints = list.map(({ priorityOrder }, index) =>
    endpointConfig(index + 1, { priorityOrder, maxConcurrent: 1, quotaPercent: index }),
  )
  const state = gatewayState(configuration(endpoints), () => 1)
  list.forEach(({ consecutiveFailures, avgLatencyMs, full }, index) => {
    const endpoint = state.endpoint(index + 1)
    Object.assign(endpoint.counters, { consecutiveFailures, avgLatencyMs })
    endpoint.inflight = full ? 1 : 0
  })
  return state.wires(1)
}

/** @returns the id of the selected endpoint for a request of an anonymous client. */
function selectFrom(list: readonly Drawn[], priorityInputTokenId: number | null): number | undefined {
  const { settings } = configuration([], { routingMode: 'priority' })
  const context: PolicyContext = {
    settings: () => ({ ...settings, priorityInputTokenId }),
    estimate: createTokenEstimate(),
    pickFor: () => undefined,
  }
  return priorityPolicy.select(wires(list), requestFor(), context)?.endpoint.config.id
}

const inOrder = (list: readonly Drawn[]) =>
  list
    .map((each, index) => ({ ...each, id: index + 1 }))
    .sort(
      (a, b) =>
        a.priorityOrder - b.priorityOrder ||
        a.consecutiveFailures - b.consecutiveFailures ||
        a.avgLatencyMs - b.avgLatencyMs ||
        a.id - b.id,
    )

describe('priority mode', () => {
  it('selects the first in order that is not full: rank, failures, latency, id', () => {
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 7 }), (list) => {
        const expected = inOrder(list).find(({ full }) => !full)?.id
        expect(selectFrom(list, null)).toBe(expected)
      }),
    )
  })

  it('reserves the first in order for the prioritised token, but never the only candidate', () => {
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 7 }), (list) => {
        const order = inOrder(list)
        const others = order.length > 1 ? order.slice(1) : order
        const expected = others.find(({ full }) => !full)?.id
        expect(selectFrom(list, 99)).toBe(expected)
      }),
    )
  })

  it('says of another candidate that it has a lower rank, is kept free, or was as eligible', () => {
    const list = [
      { priorityOrder: 1, consecutiveFailures: 0, avgLatencyMs: 0, full: false },
      { priorityOrder: 1, consecutiveFailures: 0, avgLatencyMs: 1, full: false },
      { priorityOrder: 1, consecutiveFailures: 1, avgLatencyMs: 0, full: false },
      { priorityOrder: 2, consecutiveFailures: 0, avgLatencyMs: 0, full: false },
    ]
    const [, selected] = wires(list)
    expect(wires(list).map((wire) => priorityPolicy.passedOver(wire, selected as LiveWire))).toEqual([
      'kept free',
      'eligible',
      'eligible',
      'lower rank',
    ])
  })
})
