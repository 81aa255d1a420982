// How many waiting requests each endpoint could serve, as told to an allocator, compared with a count over all of them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { configuration, endpointConfig, tokenConfig } from '../../support/gateway/gateway-fixture.ts'

const IDS = [1, 2, 3]
const TOKENS = [
  tokenConfig(1),
  tokenConfig(2, { preferredEndpointId: 2 }),
  tokenConfig(3, { preferredEndpointId: 3 }),
]

const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('submit' as const), at: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const), at: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at: fc.nat(99) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wire' as const), ids: fc.subarray(IDS, { minLength: 1 }) }),
  },
)

describe('the demand for an endpoint', () => {
  it('is 0 exactly where no waiting request could go to it, and within a factor of two else', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80, size: 'max' }), (commands) => {
        const demand = new Map<number, number>()
        const endpoints = IDS.map((id) => endpointConfig(id, { maxConcurrent: 1 }))
        const configured = configuration(endpoints, { tokens: TOKENS })
        let wired = IDS
        const { admission, state, advance } = startAdmission({
          configured,
          onDemand: (endpointId, waiting) => void demand.set(endpointId, waiting),
        })
        const requests: { id: number | null; result: ReturnType<typeof submit>; isCancelled: boolean }[] = []
        const waiting = () =>
          requests.filter(({ result, isCancelled }) => !isCancelled && !result.lease && !result.refusal)
        const settled = new Set<Lease>()
        for (const each of commands) {
          if (each.kind === 'submit') {
            const token = TOKENS[each.at] ?? null
            const result = submit(admission, requestFor({ token }))
            requests.push({ id: token?.preferredEndpointId ?? null, result, isCancelled: false })
          } else if (each.kind === 'settle') {
            const leases = requests.flatMap(({ result: { lease } }) =>
              lease && !settled.has(lease) ? [lease] : [],
            )
            const lease = leases[each.at % Math.max(1, leases.length)]
            if (!lease) continue
            settled.add(lease)
            settle(lease, 10)
          } else if (each.kind === 'cancel') {
            const all = waiting()
            const one = all[each.at % Math.max(1, all.length)]
            if (!one) continue
            one.isCancelled = true
            one.result.cancel?.()
          } else {
            wired = each.ids
            const wires = wired.map((endpointId) => ({ blockId: 1, endpointId }))
            state.replace({ ...configured, wires })
            admission.serveWaiting()
            // Requests without an endpoint are refused.
            advance(0)
          }
          const isRight = IDS.every((id) => {
            const all = waiting().filter((one) => one.id === null || one.id === id)
            const count = wired.includes(id) ? all.length : 0
            const told = demand.get(id) ?? 0
            return told > 0 === count > 0 && told >= count / 2 && told <= Math.max(count, 2 * count - 1)
          })
          expect(isRight).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('counts no request for an endpoint that has failed it already', () => {
    const demand = new Map<number, number>()
    const endpoints = IDS.map((id) => endpointConfig(id, { maxConcurrent: 1 }))
    const { admission, state } = startAdmission({
      configured: configuration(endpoints),
      onDemand: (endpointId, waiting) => void demand.set(endpointId, waiting),
    })
    for (const id of IDS)
      submit(admission, requestFor({ token: tokenConfig(9, { preferredEndpointId: id }) }))
    const tried = [state.endpoint(2)]
    const admitted = admission.admit(requestFor(), tried, {
      onLease: () => undefined,
      onRefusal: () => undefined,
    })
    expect([...demand]).toEqual([
      [1, 1],
      [3, 1],
    ])
    if ('waiting' in admitted) admitted.waiting.cancel()
    expect([...demand.values()]).toEqual([0, 0])
  })
})
