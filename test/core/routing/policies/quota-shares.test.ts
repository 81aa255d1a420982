// The law of percentage mode: shares of completion tokens follow the quotas, under concurrency and on real lengths.
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { GatewayState } from '../../../../src/core/state/gateway-state.ts'
import { createRouter } from '../../../../src/core/routing/router.ts'
import type { Lease } from '../../../../src/core/lease/lease.ts'
import { requestFor } from '../../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../../support/gateway/gateway-fixture.ts'
import { effort } from '../../../support/effort.ts'

const CONCURRENCY = 64
const request = requestFor()

interface Traffic {
  readonly state: GatewayState
  /** Runs `requests` with 64 in flight. @returns completion tokens by endpoint id of the requests begun meanwhile. */
  run(requests: number): Map<number, number>
}

/** A closed loop on virtual time: a response of n tokens takes n ticks, and the earliest to finish is settled next. */
function createTraffic(
  quotas: readonly number[],
  length: () => number,
  speed: (id: number) => number,
): Traffic {
  const clock = manualClock()
  const endpoints = quotas.map((quotaPercent, index) => endpointConfig(index + 1, { quotaPercent }))
  const state = gatewayState(configuration(endpoints), clock.now)
  const router = createRouter({ state, clock: clock.now, policy: { failThreshold: 3, cooldownS: 20 } })
  interface Running {
    readonly lease: Lease
    readonly tokens: number
    readonly startedAt: number
    readonly endsAt: number
  }
  const running: Running[] = []
  const finishOne = (): void => {
    running.sort((a, b) => b.endsAt - a.endsAt)
    const next = running.pop()
    if (next === undefined) return
    clock.advance(Math.max(0, next.endsAt - clock.now()))
    for (const { lease, startedAt } of running) {
      lease.progress(Math.floor((clock.now() - startedAt) / speed(lease.endpoint.config.id)))
    }
    const { lease, tokens } = next
    lease.responded()
    lease.settle({
      outcome: 'success',
      promptTokens: 1,
      completionTokens: tokens,
      deltas: tokens,
      latencyMs: 1,
    })
  }
  return {
    state,
    run(requests) {
      const begun = new Map<number, number>()
      for (let started = 0; started < requests; started += 1) {
        while (running.length >= CONCURRENCY) finishOne()
        const selection = router.acquire(request)
        if ('refusal' in selection) throw new Error(selection.refusal.detail)
        const tokens = length()
        const id = selection.lease.endpoint.config.id
        begun.set(id, (begun.get(id) ?? 0) + tokens)
        running.push({
          startedAt: clock.now(),
          lease: selection.lease,
          tokens,
          endsAt: clock.now() + tokens * speed(id),
        })
      }
      return begun
    },
  }
}

const percentages = (tokens: Map<number, number>): number[] => {
  const total = [...tokens.values()].reduce((sum, value) => sum + value, 0)
  return [1, 2, 3].map((id) => (100 * (tokens.get(id) ?? 0)) / total)
}
const deviation = (shares: readonly number[], quotas: readonly number[]): number =>
  Math.max(...shares.map((share, index) => Math.abs(share - (quotas[index] ?? 0))))

/** A small seeded generator (mulberry32). */
const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const fixture = new URL('../../../fixtures/answer-lengths.json', import.meta.url)
const traces = JSON.parse(readFileSync(fixture, 'utf8')) as Record<
  'azure_code' | 'mooncake_conversation',
  { completion_tokens: number[] }
>
const drawFrom = (values: readonly number[]) => (seed: number) => {
  const next = random(seed)
  return (): number => values[Math.floor(next() * values.length)] ?? 1
}
const lengths = {
  uniform: drawFrom(Array.from({ length: 400 }, (_, index) => index + 1)),
  code: drawFrom(traces.azure_code.completion_tokens),
  chat: drawFrom(traces.mooncake_conversation.completion_tokens),
}

const QUOTAS = [50, 30, 20]
const CHANGED = [20, 30, 50]

function changeQuotas(state: GatewayState, quotas: readonly number[]): void {
  const current = state.snapshot()
  const endpoints = current.endpoints.map((endpoint, index) => ({
    ...endpoint,
    quotaPercent: quotas[index] ?? 0,
  }))
  state.replace({ ...current, endpoints })
}

// Equal backends, and backends where the slowest takes nine times as long per token.
const speeds = fc.constantFrom([1, 1, 1], [1, 3, 9])
const seeds = fc.integer({ min: 1, max: 1_000_000 })
// Fixed seed: the laws are statistical, and every run must give the same result.
const runs = { seed: 20_261, numRuns: effort(40, 12) }

describe('percentage mode with 64 requests in flight', () => {
  it('is within 1 point of the quotas after 2,000 requests of random length', () => {
    fc.assert(
      fc.property(seeds, speeds, (seed, speed) => {
        const traffic = createTraffic(QUOTAS, lengths.uniform(seed), (id) => speed[id - 1] ?? 1)
        expect(deviation(percentages(traffic.run(2_000)), QUOTAS)).toBeLessThan(1)
      }),
      runs,
    )
  })

  it('is within 3 points of new quotas 300 requests after the change', () => {
    fc.assert(
      fc.property(seeds, speeds, (seed, speed) => {
        const traffic = createTraffic(QUOTAS, lengths.uniform(seed), (id) => speed[id - 1] ?? 1)
        traffic.run(2_000)
        changeQuotas(traffic.state, CHANGED)
        expect(deviation(percentages(traffic.run(300)), CHANGED)).toBeLessThan(3)
      }),
      runs,
    )
  })

  it('is within 1 point after 2,000 requests with the lengths of a real chat service', () => {
    fc.assert(
      fc.property(seeds, speeds, (seed, speed) => {
        const traffic = createTraffic(QUOTAS, lengths.chat(seed), (id) => speed[id - 1] ?? 1)
        expect(deviation(percentages(traffic.run(2_000)), QUOTAS)).toBeLessThan(1)
      }),
      runs,
    )
  })

  // One response here can be 36 times the mean: after 2,000 of them the deviation is a few points by chance.
  it('is within 1 point after 20,000 requests with the lengths of a real coding service', () => {
    fc.assert(
      fc.property(seeds, speeds, (seed, speed) => {
        const traffic = createTraffic(QUOTAS, lengths.code(seed), (id) => speed[id - 1] ?? 1)
        expect(deviation(percentages(traffic.run(20_000)), QUOTAS)).toBeLessThan(1)
      }),
      { ...runs, numRuns: effort(8, 3) },
    )
  })

  it('holds for any quotas', () => {
    const quotas = fc.array(fc.integer({ min: 5, max: 100 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(seeds, quotas, (seed, drawn) => {
        const sum = drawn.reduce((total, quota) => total + quota, 0)
        const expected = drawn.map((quota) => (100 * quota) / sum)
        const traffic = createTraffic(drawn, lengths.uniform(seed), () => 1)
        expect(deviation(percentages(traffic.run(2_000)), expected)).toBeLessThan(1)
      }),
      runs,
    )
  })
})
