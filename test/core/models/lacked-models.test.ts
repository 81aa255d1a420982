// Models that a backend has said it lacks, compared with a naive list.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLackedModels, HOLD_MS, MAX_MODELS } from '../../../src/core/models/lacked-models.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

it('holds each of the last hundred models for a minute after it was last added', () => {
  const step = fc.record({
    first: fc.nat(150),
    count: fc.oneof(fc.nat(3), fc.nat(150)),
    afterMs: fc.oneof(fc.nat(500), fc.nat(40_000), fc.constantFrom(HOLD_MS - 1, HOLD_MS)),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const clock = manualClock()
      const lacked = createLackedModels(clock.now)
      let naive: { model: string; ms: number }[] = []
      for (const { first, count, afterMs } of steps) {
        clock.advance(afterMs)
        const kept = naive.filter(({ ms }) => clock.now() - ms < HOLD_MS)
        expect(lacked.expire()).toBe(kept.length < naive.length)
        naive = kept
        for (let at = first; at < first + count; at += 1) {
          lacked.add(`m-${at}`)
          naive = [...naive.filter(({ model }) => model !== `m-${at}`), { model: `m-${at}`, ms: clock.now() }]
        }
        naive = naive.slice(-MAX_MODELS)
        expect(lacked.size()).toBe(naive.length)
        const held = Array.from({ length: 300 }, (_, at) => `m-${at}`).filter(lacked.has)
        expect(held).toEqual(
          naive.map(({ model }) => model).sort((a, b) => Number(a.slice(2)) - Number(b.slice(2))),
        )
      }
      lacked.clear()
      expect([lacked.size(), lacked.has('m-0'), lacked.expire()]).toEqual([0, false, false])
    }),
  )
})
