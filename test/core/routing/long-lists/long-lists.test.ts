// Selection from long lists of wires, whose order is kept, against a walk over all of them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placement, routingMode } from '../../../../src/contract/objects/routing-field-schemas.ts'
import { resetBreaker } from '../../../../src/core/lease/breaker.ts'
import { createLease, type Lease } from '../../../../src/core/lease/lease.ts'
import { createPlacer } from '../../../../src/core/placement/placer.ts'
import type { Prompt } from '../../../../src/core/placement/prefix/prompt.ts'
import { placementOf } from '../../../../src/core/routing/policies/policy-of.ts'
import type { RoutingRequest } from '../../../../src/core/routing/routing-request.ts'
import { createSelector } from '../../../../src/core/routing/selector.ts'
import { createTokenEstimate } from '../../../../src/core/routing/token-estimate.ts'
import type { Configuration } from '../../../../src/core/state/configuration.ts'
import { setAside, type EndpointRuntime } from '../../../../src/core/state/endpoint-runtime.ts'
import { effort } from '../../../support/effort.ts'
import { policy, random, requestFor } from '../../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../../support/gateway/gateway-fixture.ts'
import { createNaiveSelector } from './naive-selector.ts'

const ENDPOINTS = 100
const OPERATIONS = 400
const hooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => undefined }

type Clock = ReturnType<typeof manualClock>

/** A gateway, with the leases that it has given. */
function createWorld(configured: Configuration, clock: Clock, isNaive: boolean) {
  const state = gatewayState(configured, clock.now)
  const estimate = createTokenEstimate()
  const placer = createPlacer({ clock: clock.now, endpoints: () => ENDPOINTS })
  const options = { state, placer, estimate }
  const select = isNaive ? createNaiveSelector(options) : createSelector(options)
  const context = { state, clock: clock.now, policy, hooks, estimate }
  const leases: Lease[] = []
  return {
    state,
    leases,
    /** @returns the id of the endpoint, or why there is none. */
    acquire(request: RoutingRequest, tried: readonly number[]): number | string {
      const selected = select(
        request,
        tried.map((id) => state.endpoint(id)),
        clock.now(),
      )
      if ('code' in selected) return selected.code
      const placed = placer.place(selected, request, placementOf(state.snapshot(), request))
      leases.push(createLease(context, request, selected.endpoint, placed))
      return selected.endpoint.config.id
    },
  }
}

type World = ReturnType<typeof createWorld>

/** Random numbers, and what is drawn with them. */
function createDraws(seed: number) {
  const next = random(seed)
  const below = (count: number): number => Math.floor(next() * count)
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T
  return { next, below, oneOf }
}

type Draws = ReturnType<typeof createDraws>

const tokens = [tokenConfig(1), tokenConfig(2, { blockId: 2 })]

function drawConfiguration({ next, below, oneOf }: Draws): Configuration {
  const quotas = oneOf([[0], [50], [0, 0.5, 30, 100], [1, 100]])
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) =>
    endpointConfig(index + 1, {
      quotaPercent: oneOf(quotas),
      priorityOrder: oneOf([1, 2, 10]),
      maxConcurrent: oneOf([0, 1, 2]),
      enabled: next() > 0.1,
      models: next() > 0.1 ? [] : ['some'],
    }),
  )
  return configuration(endpoints, {
    tokens,
    blocks: [
      blockConfig(1),
      blockConfig(2, { routingMode: oneOf(routingMode.options), placement: oneOf(placement.options) }),
    ],
    settings: {
      routingMode: oneOf(routingMode.options),
      placement: oneOf(placement.options),
      priorityInputTokenId: below(2) === 0 ? null : 1,
      incomingPos: { posX: 0, posY: 0 },
      tokensEverCreated: false,
    },
  })
}

/** Two blocks, of which prompts have the first in common. */
function promptOf(number: number): Prompt {
  const blocks = Int32Array.of(1, 1, 2, number)
  return { bytes: 2_100, blocks: () => blocks }
}

function drawRequest({ below, oneOf }: Draws): RoutingRequest {
  const token = oneOf([...tokens, null])
  return requestFor({
    token,
    blockId: token?.blockId ?? 1 + below(2),
    model: oneOf([undefined, 'some', 'other']),
    measure: oneOf(['completion', 'completion', 'prompt', 'none']),
    stream: below(2) === 0,
    session: below(4) === 0 ? `session ${below(5)}` : undefined,
    prompt: oneOf([undefined, promptOf(below(3))]),
  })
}

/** @returns what does the same to each of the worlds. */
function drawOperation(draws: Draws, clock: Clock): (world: World) => unknown {
  const { next, below, oneOf } = draws
  const kind = next()
  const at = next()
  const id = 1 + below(ENDPOINTS)
  if (kind < 0.5) {
    const request = drawRequest(draws)
    const tried = Array.from({ length: next() < 0.8 ? 0 : below(4) }, () => 1 + below(ENDPOINTS))
    return (world) => world.acquire(request, tried)
  }
  if (kind < 0.9) {
    const outcome = oneOf(['success', 'success', 'failure', 'aborted'] as const)
    const amounts = { completionTokens: below(2_000), deltas: below(100), latencyMs: below(5_000) }
    const retryAfterMs = below(10) === 0 ? 3_000 : undefined
    const mayBeRequestFault = below(3) === 0
    const steps = below(3)
    const isEnd = below(4) > 0
    return ({ leases }) => {
      const lease = leases[Math.floor(at * leases.length)]
      if (steps > 0) lease?.received()
      if (steps > 1) lease?.responded()
      lease?.progress(amounts.deltas)
      if (isEnd) lease?.settle({ outcome, promptTokens: 10, retryAfterMs, mayBeRequestFault, ...amounts })
    }
  }
  if (kind < 0.96) {
    clock.advance(below(4_000))
    return () => undefined
  }
  if (kind < 0.97) {
    const configured = drawConfiguration(draws)
    return ({ state }) => state.replace(configured)
  }
  if (kind < 0.98) return ({ state }) => resetBreaker(state.endpoint(id))
  if (kind < 0.981) return ({ state }) => state.resetStatistics()
  return ({ state }) => {
    const endpoint: EndpointRuntime = state.endpoint(id)
    endpoint.unhealthy = !endpoint.unhealthy
    if (endpoint.unhealthy) setAside(endpoint)
  }
}

/** Counts the endpoints whose slots are looked at. */
function watchSlots(world: World, count: number): Set<number> {
  const visited = new Set<number>()
  for (let id = 1; id <= count; id += 1) {
    const endpoint = world.state.endpoint(id)
    let { inflight } = endpoint
    Object.defineProperty(endpoint, 'inflight', {
      get: () => (visited.add(id), inflight),
      set: (value: number) => void (inflight = value),
    })
  }
  return visited
}

const modes = routingMode.options.flatMap((mode) => placement.options.map((each) => [mode, each] as const))

describe('a long list of wires', () => {
  it.each(modes)(
    'of 1,000 endpoints has few of them visited by a selection, some in cooldown, in %s mode with %s',
    (mode, each) => {
      const endpoints = Array.from({ length: 1_000 }, (_, index) =>
        endpointConfig(index + 1, { quotaPercent: 1 + (index % 3) }),
      )
      const configured = configuration(endpoints, { routingMode: mode, placement: each })
      const world = createWorld(configured, manualClock(), false)
      const request = requestFor({ prompt: promptOf(1) })
      for (let count = 0; count < 3_000; count += 1) {
        world.acquire(request, [])
        world.leases.shift()?.settle({
          outcome: count < 9 ? 'failure' : 'success',
          promptTokens: 10,
          completionTokens: 1 + (count % 100),
          deltas: 0,
          latencyMs: 1 + (count % 7),
        })
      }
      const visited = watchSlots(world, endpoints.length)
      for (let count = 0; count < 10; count += 1) world.acquire(request, [count + 1])
      expect(visited.size).toBeLessThanOrEqual(10 * 12)
    },
  )

  it('gives the same selections as a walk over all of its wires', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draws = createDraws(seed)
        const clock = manualClock()
        const configured = drawConfiguration(draws)
        const kept = createWorld(configured, clock, false)
        const naive = createWorld(configured, clock, true)
        for (let count = 0; count < OPERATIONS; count += 1) {
          const operate = drawOperation(draws, clock)
          expect(operate(kept)).toEqual(operate(naive))
        }
      }),
      { numRuns: effort(60, 15) },
    )
  })
})
