/** The scale of the heat of first tokens. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heatScale, LEVELS, levelOf } from '../../../../public/admin/usage/heat-scale.ts'

/** Milliseconds in hundredths, as the admin API rounds them. */
const time = fc.nat(100_000_000).map((hundredths) => hundredths / 100)
const times = fc.array(time, { minLength: 1, maxLength: 40 })

describe('the scale of the heat', () => {
  it('lies between round figures around all times, a factor of ten at least', () => {
    fc.assert(
      fc.property(times, (drawn) => {
        const scale = heatScale(drawn)
        if (scale === undefined) throw new Error('no scale')
        for (const bound of [scale.lowMs, scale.highMs])
          expect(String(Math.round(bound))).toMatch(/^[125]0*$/)
        expect(scale.lowMs).toBeLessThanOrEqual(Math.max(1, ...drawn))
        expect(scale.highMs).toBeGreaterThanOrEqual(Math.max(...drawn))
        expect(scale.highMs / scale.lowMs).toBeGreaterThanOrEqual(10 * (1 - 1e-9))
      }),
    )
  })

  it('gives a longer time no paler shade, and its ends the first and the last', () => {
    fc.assert(
      fc.property(times, (drawn) => {
        const scale = heatScale(drawn)
        if (scale === undefined) throw new Error('no scale')
        const levels = drawn.toSorted((a, b) => a - b).map((ms) => levelOf(ms, scale))
        expect(levels).toEqual(levels.toSorted((a, b) => a - b))
        expect(levelOf(scale.lowMs, scale)).toBe(1)
        expect(levelOf(scale.highMs, scale)).toBe(LEVELS)
      }),
    )
  })

  it('is of no use without times', () => {
    expect(heatScale([])).toBeUndefined()
  })

  it('uses few shades where times hardly differ', () => {
    const scale = heatScale([100, 110, 130])
    expect(scale).toEqual({ lowMs: 100, highMs: 1000 })
    expect([100, 110, 130].map((ms) => scale && levelOf(ms, scale))).toEqual([1, 1, 1])
  })
})
