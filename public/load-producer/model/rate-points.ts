/** Reads rate against latency and goodput from the steps of a run. */
import type { Group } from '../../../src/load-engine/model/run-summary.ts'
import { kneeOf, type Knee, type Trial } from '../../../src/load-engine/model/find-knee.ts'

export interface RatePoint extends Trial {
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly goodputPercent: number
}

/** @returns the steps that are rates, in order of the rate; none for other runs, or runs of the first version. */
export function ratePoints(steps: readonly Group[]): RatePoint[] {
  return steps
    .flatMap(({ value, ok, failed, good, dropped = 0, ttft, e2e }): RatePoint[] => {
      const [, rate] = /^([\d.e+-]+) \/s$/.exec(value) ?? []
      const judged = ok + failed + dropped
      if (rate === undefined || good === undefined || judged === 0) return []
      const latency = ttft ?? e2e
      return [
        {
          ratePerS: Number(rate),
          good,
          judged,
          p50Ms: latency?.p50Ms ?? null,
          p95Ms: latency?.p95Ms ?? null,
          goodputPercent: (good * 100) / judged,
        },
      ]
    })
    .sort((left, right) => left.ratePerS - right.ratePerS)
}

const perS = (rate: number): string => `${Number(rate.toPrecision(3))} /s`

/** The knee in words. */
export function kneeText(points: readonly RatePoint[], goalPercent: number): string {
  const { passedPerS, failedPerS, isSure }: Knee = kneeOf(points, goalPercent)
  const sure = isSure ? 'with 95 % confidence' : 'judged by too few requests to be sure'
  if (passedPerS === null) return `No rate that was tried meets the limits (${sure}).`
  if (failedPerS === null) return `All rates up to ${perS(passedPerS)} meet the limits (${sure}).`
  return `${perS(passedPerS)} meets the limits, ${perS(failedPerS)} does not (${sure}).`
}
