// Drives a router with a fixed number of concurrent requests, on virtual time.
import type { GatewayState } from '../../../src/core/state/gateway-state.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { manualClock } from './gateway-fixture.ts'

export const policy = { failThreshold: 3, cooldownS: 20 }

export const requestFor = (values: Partial<RoutingRequest> = {}): RoutingRequest => ({
  blockId: 1,
  token: null,
  api: 'chat',
  path: '/v1/chat/completions',
  model: undefined,
  alias: undefined,
  targets: undefined,
  needsRoute: false,
  endpointId: undefined,
  objectId: undefined,
  measure: 'completion',
  stream: true,
  maxTokens: undefined,
  ...values,
})

/** A small seeded generator (mulberry32) of numbers from 0 to 1. */
export const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

interface ClosedLoop {
  /** Starts this number of requests. @returns the tokens of the started requests by endpoint id. */
  run(requests: number, routing?: () => RoutingRequest): Map<number, number>
  /** Settles all running requests. */
  drain(): void
}

interface ClosedLoopOptions {
  readonly state: GatewayState
  readonly clock: ReturnType<typeof manualClock>
  readonly length: () => number
  readonly concurrency?: number
}

/** A response of n tokens takes n milliseconds, its headers arrive at once, and the earliest to end is settled next. */
export function createClosedLoop({ state, clock, length, concurrency = 64 }: ClosedLoopOptions): ClosedLoop {
  const router = createRouter({ state, clock: clock.now, policy })
  const running: { lease: Lease; tokens: number; endsAt: number }[] = []
  const finishOne = (): void => {
    running.sort((a, b) => b.endsAt - a.endsAt)
    const next = running.pop()
    if (next === undefined) throw new Error('no request is running')
    clock.advance(Math.max(0, next.endsAt - clock.now()))
    next.lease.settle({
      outcome: 'success',
      promptTokens: 1,
      completionTokens: next.tokens,
      deltas: next.tokens,
      latencyMs: next.tokens,
    })
  }
  return {
    run(requests, routing = () => requestFor()) {
      const begun = new Map<number, number>()
      for (let started = 0; started < requests;) {
        while (running.length >= concurrency) finishOne()
        const selection = router.acquire(routing())
        if ('refusal' in selection) {
          finishOne()
          continue
        }
        started += 1
        selection.lease.responded()
        const tokens = length()
        const { id } = selection.lease.endpoint.config
        begun.set(id, (begun.get(id) ?? 0) + tokens)
        running.push({ lease: selection.lease, tokens, endsAt: clock.now() + tokens })
      }
      return begun
    },
    drain() {
      while (running.length > 0) finishOne()
    },
  }
}

/** @returns each endpoint's percentage of the tokens of `of`, by id. */
export function shares(tokens: ReadonlyMap<number, number>, of = [...tokens.keys()]): Map<number, number> {
  const total = of.reduce((sum, id) => sum + (tokens.get(id) ?? 0), 0)
  return new Map(of.map((id) => [id, (100 * (tokens.get(id) ?? 0)) / total]))
}
