import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstByHash } from '../../../src/core/placement/sessions.ts'
import { eligibleAmong } from '../../../src/core/routing/policies/eligible-wires.ts'
import type { LiveWire } from '../../../src/core/state/endpoint-runtime.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

const wires = (count: number): readonly LiveWire[] =>
  gatewayState(
    configuration(Array.from({ length: count }, (_, index) => endpointConfig(index + 1))),
    () => 1,
  ).wires(1)

const idOf = (session: string, all: readonly LiveWire[], mayTake: (wire: LiveWire) => boolean = () => true) =>
  firstByHash(
    session,
    eligibleAmong(all, () => true),
    mayTake,
  )?.endpoint.config.id

describe('the endpoint that a session is hashed to', () => {
  it('is another one only for the sessions of an endpoint that is lost', () => {
    const all = wires(8)
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 8 }), (session, lost) => {
        const before = idOf(session, all)
        const after = idOf(session, all, ({ endpoint }) => endpoint.config.id !== lost)
        if (before === lost) expect(after).not.toBe(lost)
        else expect(after).toBe(before)
      }),
    )
  })

  it('is each of eight for about an eighth of the sessions', () => {
    const all = wires(8)
    const counts = new Map<number | undefined, number>()
    for (let n = 0; n < 8_000; n += 1) {
      const id = idOf(`session-${n}`, all)
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    expect([...counts.keys()]).toHaveLength(8)
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200)
  })

  it('is none where none may take it', () => {
    expect(idOf('session', wires(3), () => false)).toBeUndefined()
  })
})
