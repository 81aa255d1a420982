import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createIsoTime } from '../../src/observability/iso-time.ts'

it('formats every time as Date does, whatever it has formatted before', () => {
  const noon = Date.UTC(2026, 1, 28, 12)
  const near = fc.integer({ min: -3_000, max: 3_000 }).map((ms) => noon + ms)
  const any = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) })
  fc.assert(
    fc.property(fc.array(fc.oneof(near, any), { minLength: 1, maxLength: 20 }), (times) => {
      let nowMs = 0
      const isoTime = createIsoTime(() => nowMs)
      for (nowMs of times) expect(isoTime()).toBe(new Date(nowMs).toISOString())
    }),
  )
})
