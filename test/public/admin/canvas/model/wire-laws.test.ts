/** The appearance of wires: width, curve, and the speed and number of marks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createMovingMaximum,
  trafficFlowOf,
  wireWidth,
} from '../../../../../public/admin/canvas/model/lines/traffic-flow.ts'
import { curveBetween, lengthOf, pointAt } from '../../../../../public/admin/canvas/model/lines/wire-curve.ts'

const speed = fc.double({ min: 0, max: 1e6, noNaN: true })
const point = fc.record({
  x: fc.integer({ min: -4000, max: 4000 }),
  y: fc.integer({ min: -4000, max: 4000 }),
})
const rates = fc.record({
  tokens_per_second: speed,
  requests_per_second: fc.double({ min: 0.1, max: 1000, noNaN: true }),
  errors_per_second: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1000, noNaN: true })),
  inflight: fc.nat(100),
})

describe('a wire', () => {
  it('is 1.2 to 4.5 px wide, increasing with traffic', () => {
    fc.assert(
      fc.property(speed, speed, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one]
        expect(wireWidth(less)).toBeLessThanOrEqual(wireWidth(more))
        expect(wireWidth(less)).toBeGreaterThanOrEqual(1.2)
        expect(wireWidth(more)).toBeLessThanOrEqual(4.5)
      }),
    )
    expect(wireWidth(0)).toBe(1.2)
    expect(wireWidth(10_000)).toBeCloseTo(4.5)
  })

  it('starts and ends horizontally at its cards, and is at least as long as their distance', () => {
    fc.assert(
      fc.property(point, point, (from, to) => {
        const curve = curveBetween(from, to)
        expect(pointAt(curve, 0)).toEqual(from)
        expect(pointAt(curve, 1)).toEqual(to)
        expect(curve.bendFrom.y).toBe(from.y)
        expect(curve.bendTo.y).toBe(to.y)
        expect(lengthOf(curve)).toBeGreaterThanOrEqual(Math.hypot(to.x - from.x, to.y - from.y) - 1e-6)
      }),
    )
  })
})

describe('the marks on a wire', () => {
  it('are absent without traffic', () => {
    const idle = { tokens_per_second: 0, requests_per_second: 0, errors_per_second: 0, inflight: 0 }
    expect(trafficFlowOf(idle, 100)).toBeUndefined()
  })

  it('include failed requests where there are any, and successful ones where not all fail', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 1, max: 1e6, noNaN: true }), (given, maximum) => {
        const flow = trafficFlowOf(given, maximum)
        const failing = given.errors_per_second / given.requests_per_second
        expect((flow?.faults ?? 0) > 0).toBe(given.errors_per_second > 0)
        if (flow && failing < 1) expect(flow.marks).toBeGreaterThan(flow.faults)
      }),
    )
  })

  it('move at a speed relative to the recent maximum of the rate', () => {
    const at = (tokens: number, maximum: number) =>
      trafficFlowOf(
        { tokens_per_second: tokens, requests_per_second: 1, errors_per_second: 0, inflight: 0 },
        maximum,
      )?.pace ?? 0
    expect(at(10, 100)).toBeLessThan(at(50, 100))
    expect(at(100, 100)).toBe(at(1_000_000, 1_000_000))
  })

  it('are scaled by a maximum that rises at once and decays slowly', () => {
    const maximum = createMovingMaximum(0.9)
    expect(maximum(100)).toBe(100)
    expect(maximum(0)).toBeCloseTo(90)
    expect(maximum(95)).toBe(95)
  })
})
