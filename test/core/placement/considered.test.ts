import { describe, expect, it } from 'vitest'
import { createConsider, MAX_CONSIDERED } from '../../../src/core/placement/considered.ts'
import { createExpectedTimes } from '../../../src/core/placement/expected-times.ts'
import { createPromptTokens } from '../../../src/core/placement/prompt-tokens.ts'
import { createSpeeds } from '../../../src/core/placement/speeds.ts'
import { eligibleAmong } from '../../../src/core/routing/policies/eligible-wires.ts'
import { newWire } from '../../../src/core/state/endpoint-runtime.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

const blocks = Int32Array.from([1, 2, 3, 4])
const request = requestFor({ prompt: { bytes: 4_000, blocks: () => blocks } })

function start(count: number) {
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const state = gatewayState(configuration(ids.map((id) => endpointConfig(id))), () => 0)
  const wires = ids.map((id) => newWire(state.endpoint(id)))
  const expected = createExpectedTimes(createSpeeds(), createPromptTokens())
  const consider = createConsider(expected)
  /** @returns the ids in the order in which they were considered, and whether these are all. */
  const idsOf = (turn: number, isEligible: (id: number) => boolean = () => true, usesPrefix = false) => {
    const eligible = eligibleAmong(wires, ({ endpoint }) => isEligible(endpoint.config.id))
    const { isWhole, count: taken, wires: seen } = consider(eligible, request, usesPrefix, 0, turn)
    return { isWhole, ids: seen.slice(0, taken).map(({ endpoint }) => endpoint.config.id) }
  }
  return { state, wires, expected, consider, idsOf }
}

describe('the considered candidates', () => {
  it('are all that are eligible of a list that is not long', () => {
    for (const count of [1, 5, MAX_CONSIDERED]) {
      const { idsOf } = start(count)
      const all = Array.from({ length: count }, (_, index) => index + 1)
      for (const turn of [0, 1, 2]) {
        expect(idsOf(turn).ids).toEqual(all)
        expect(idsOf(turn, (id) => id % 2 === 1).ids).toEqual(all.filter((id) => id % 2 === 1))
      }
      // Of a full one it is not looked whether more would follow.
      expect(idsOf(0).isWhole).toBe(count < MAX_CONSIDERED)
    }
  })

  it('are the next four in turn of a longer list, from its end on again from its beginning', () => {
    const { idsOf } = start(100)
    expect(idsOf(0)).toEqual({ isWhole: false, ids: [1, 2, 3, 4] })
    expect(idsOf(1)).toEqual({ isWhole: false, ids: [62, 63, 64, 65] })
    // 21 times the golden ratio has the fraction 0.979.
    expect(idsOf(21)).toEqual({ isWhole: false, ids: [98, 99, 100, 1] })
  })

  it('are those few of a longer list that are eligible, each once', () => {
    const { idsOf } = start(100)
    for (const turn of [0, 1, 21]) {
      const { isWhole, ids } = idsOf(turn, (id) => id % 30 === 0)
      expect(isWhole).toBe(true)
      expect(ids.toSorted((one, other) => one - other)).toEqual([30, 60, 90])
      expect(idsOf(turn, () => false)).toEqual({ isWhole: true, ids: [] })
    }
  })

  it('come round to each of a longer list', () => {
    const { idsOf } = start(100)
    const counts = new Map<number, number>()
    for (let turn = 0; turn < 100; turn += 1)
      for (const id of idsOf(turn).ids) counts.set(id, (counts.get(id) ?? 0) + 1)
    expect(counts.size).toBe(100)
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(2)
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(6)
  })

  it('have the endpoint first, and once, that was last sent the beginning of the prompt', () => {
    const { consider, idsOf } = start(100)
    expect(idsOf(0, undefined, true).ids).toEqual([1, 2, 3, 4])
    consider.noteHolder(blocks, 50)
    expect(idsOf(0, undefined, true).ids).toEqual([50, 1, 2, 3])
    consider.noteHolder(blocks, 3)
    expect(idsOf(0, undefined, true).ids).toEqual([3, 1, 2, 4])
  })

  it('have it not where it may not be taken, is no candidate, or caches are not regarded', () => {
    const { consider, idsOf } = start(100)
    consider.noteHolder(blocks, 50)
    expect(idsOf(0, (id) => id !== 50, true).ids).toEqual([1, 2, 3, 4])
    expect(idsOf(0).ids).toEqual([1, 2, 3, 4])
    consider.noteHolder(blocks, 500)
    expect(idsOf(0, undefined, true).ids).toEqual([1, 2, 3, 4])
  })

  it('come with what is expected of each', () => {
    const { state, wires, expected, consider } = start(3)
    const { prefix, work } = state.endpoint(2)
    prefix.setLimit(10)
    prefix.add(blocks)
    work.prefillTokens = 500
    for (const usesPrefix of [true, false]) {
      const { count, queueMs, firstTokenMs, cachedTokens } = consider(
        eligibleAmong(wires, () => true),
        request,
        usesPrefix,
        0,
        0,
      )
      const cached = usesPrefix ? [0, 512, 0] : [0, 0, 0]
      expect([...cachedTokens.subarray(0, count)]).toEqual(cached)
      expect([...queueMs.subarray(0, count)]).toEqual([0, 50, 0])
      expect([...firstTokenMs.subarray(0, count)]).toEqual(
        wires.map(({ endpoint }, index) => expected.firstTokenMs(endpoint, 1_000 - (cached[index] ?? 0), 0)),
      )
    }
  })
})
