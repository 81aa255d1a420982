import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addLatency, createLatencyEstimate, p99Of } from '../../../src/core/lease/latency-estimate.ts'

const latency = fc.double({ min: 0.01, max: 1_500_000, noNaN: true })
const RATIO = 1.2

function estimateOf(latencies: readonly number[]): number | undefined {
  const estimate = createLatencyEstimate()
  for (const ms of latencies) addLatency(estimate, ms)
  return p99Of(estimate)
}

/** The least value that at most a hundredth of all exceed. */
function exactP99(latencies: readonly number[]): number {
  const ascending = latencies.toSorted((a, b) => a - b)
  return ascending[ascending.length - 1 - Math.floor(ascending.length / 100)] ?? Number.NaN
}

describe('the estimate of a 99th percentile', () => {
  it('is unknown before ten latencies', () => {
    fc.assert(
      fc.property(fc.array(latency, { maxLength: 9 }), (latencies) => {
        expect(estimateOf(latencies)).toBeUndefined()
      }),
    )
  })

  it('is at most a fifth above the exact one and never below it, for any latencies', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 10, maxLength: 999 }), (latencies) => {
        const exact = exactP99(latencies)
        const estimate = estimateOf(latencies) ?? 0
        expect(estimate).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
        expect(estimate).toBeLessThanOrEqual(Math.max(1, exact * RATIO * (1 + 1e-9)))
      }),
    )
  })

  it('follows a change of any size within 3,500 latencies', () => {
    fc.assert(
      fc.property(fc.nat(2_000), latency, latency, (before, from, to) => {
        const latencies = [...new Array<number>(before).fill(from), ...new Array<number>(3_500).fill(to)]
        const estimate = estimateOf(latencies) ?? 0
        expect(estimate).toBeGreaterThanOrEqual(to * (1 - 1e-9))
        expect(estimate).toBeLessThanOrEqual(Math.max(1, to * RATIO * (1 + 1e-9)))
      }),
      { numRuns: 30 },
    )
  })
})
