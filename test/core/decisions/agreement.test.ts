// What is explained, what is done and what is recorded, over random traffic in virtual time.
import { describe, expect, it } from 'vitest'
import { createDecisionLog } from '../../../src/core/decisions/decision-log.ts'
import type { DecisionRecord } from '../../../src/core/decisions/decision.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import type { Prompt } from '../../../src/core/placement/prefix/prompt.ts'
import { resolveAlias } from '../../../src/core/routing/resolve-alias.ts'
import { createRouter, type Selection } from '../../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import { random, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  aliasConfig,
  blockConfig,
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const modes = ['percentage', 'priority', 'balanced'] as const
const placements = ['quota_order', 'load', 'prefix'] as const

/** Prompts with equal topics begin alike. */
const promptOf = (topic: number, blocks: number): Prompt => ({
  bytes: blocks * 1024,
  blocks: () => Int32Array.from({ length: 2 * blocks }, (_, word) => (topic + 1) * 65_537 + word * 7_919),
})

function startScenario(seed: number, most = 12) {
  const next = random(seed)
  const below = (count: number): number => Math.floor(next() * count)
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const count = 2 + below(most - 1)
  const endpoints = Array.from({ length: count }, (_, index) =>
    endpointConfig(index + 1, {
      quotaPercent: oneOf([0, 10, 20, 50]),
      priorityOrder: oneOf([1, 2, 3]),
      maxConcurrent: oneOf([0, 1, 3]),
      enabled: next() > 0.1,
      models: oneOf([[], [], ['a'], ['a', 'b']]),
    }),
  )
  const tokens = [1, 2, 3].map((id) =>
    tokenConfig(id, { blockId: oneOf([1, 2]), preferredEndpointId: next() < 0.1 ? 1 + below(count) : null }),
  )
  const block = (id: number) =>
    blockConfig(id, { routingMode: oneOf([null, ...modes]), placement: oneOf([null, ...placements]) })
  const alias = aliasConfig(1, {
    name: 'both',
    onFull: oneOf(['wait', 'next'] as const),
    targets: [
      { model: 'a', endpoint_id: null },
      { model: 'b', endpoint_id: null },
    ],
  })
  const configured = configuration(endpoints, {
    tokens,
    blocks: [block(1), block(2)],
    aliases: [alias],
    settings: {
      routingMode: oneOf(modes),
      placement: oneOf(placements),
      priorityInputTokenId: oneOf([null, 1]),
      incomingPos: { posX: 0, posY: 0 },
      tokensEverCreated: true,
    },
  })
  const clock = manualClock()
  const state = gatewayState(configured, clock.now)
  let moves = 0
  const placer = createPlacer({
    clock: clock.now,
    endpoints: () => count,
    cacheTokens: 20_000,
    onSessionMove: () => (moves += 1),
  })
  const decisions = createDecisionLog({ clock: clock.now, now: clock.now })
  const policy = { failThreshold: 2, cooldownS: 5 }
  const router = createRouter({ state, clock: clock.now, policy, placer, decisions })
  const running: { readonly lease: Lease; readonly request: RoutingRequest }[] = []

  const request = (): RoutingRequest => {
    const token = oneOf([null, ...tokens])
    const made = requestFor({
      blockId: token?.blockId ?? 1,
      token,
      model: oneOf([undefined, 'a', 'b', 'c', 'both']),
      stream: next() < 0.7,
      prompt: next() < 0.9 ? promptOf(below(20), 1 + below(40)) : undefined,
      session: next() < 0.3 ? `session ${below(8)}` : undefined,
    })
    return resolveAlias(made, state.snapshot())
  }

  /** Lets time pass, and some requests end. */
  const goOn = (): void => {
    clock.advance(below(200))
    while (running.length > 0 && next() < 0.55) {
      const [{ lease }] = running.splice(below(running.length), 1) as [(typeof running)[number]]
      lease.received()
      clock.advance(below(20))
      const isFailure = next() < 0.15
      if (!isFailure) lease.responded()
      lease.settle({
        outcome: isFailure ? 'failure' : next() < 0.1 ? 'aborted' : 'success',
        status: isFailure ? 500 : 200,
        error: 'status 500',
        promptTokens: 1 + below(5_000),
        completionTokens: 1 + below(400),
        cachedTokens: below(1_000),
        deltas: 1 + below(400),
        latencyMs: 1 + below(900),
      })
    }
    if (next() < 0.02) {
      const endpoint = state.endpoint(1 + below(count))
      endpoint.unhealthy = !endpoint.unhealthy
    }
    if (next() < 0.1)
      state.endpoint(1 + below(count)).load = {
        running: below(20),
        waiting: below(10),
        cacheUse: undefined,
        cacheTokens: undefined,
        hitRate: undefined,
        atMs: clock.now(),
      }
  }

  const tried = (): readonly EndpointRuntime[] => (next() < 0.1 ? [state.endpoint(1 + below(count))] : [])
  return { router, decisions, state, running, request, goOn, tried, count, moves: () => moves, next }
}

type Scenario = ReturnType<typeof startScenario>

/** What both say of a selection; a decision leaves out what was not asked. */
function shared(decision: DecisionRecord, of: DecisionRecord) {
  const recorded = new Map(of.candidates.map((candidate) => [candidate.endpointId, candidate]))
  const candidates = decision.candidates
    .filter(({ endpointId }) => recorded.has(endpointId))
    .map((candidate) =>
      recorded.get(candidate.endpointId)?.firstTokenMs === undefined
        ? { ...candidate, firstTokenMs: undefined, queueMs: undefined, cachedTokens: undefined }
        : candidate,
    )
  return { ...decision, number: 0, atMs: 0, candidates }
}

const chosen = (selection: Selection): string =>
  'lease' in selection ? String(selection.lease.endpoint.config.id) : selection.refusal.code

/** Takes one request. @returns where it went, once that agrees with what was said before. */
function checkOne({ router, decisions, running, request, tried }: Scenario): string {
  const asked = request()
  const without = tried()
  const explanation = router.explain(asked, without)
  const selection = router.acquire(asked, without)
  const last = explanation.tries.at(-1)
  if ('refusal' in selection) {
    expect(explanation.refusal).toEqual(selection.refusal)
    return chosen(selection)
  }
  running.push({ lease: selection.lease, request: asked })
  expect(explanation.refusal).toBeUndefined()
  expect(last?.endpointId).toBe(selection.lease.endpoint.config.id)
  const [decision] = decisions.list({}, 1)
  expect(decision?.endpointId).toBe(selection.lease.endpoint.config.id)
  if (last && decision) expect(shared(last, decision)).toEqual(shared(decision, decision))
  return chosen(selection)
}

describe('an explanation', () => {
  it('says what is done next, and what is recorded of it, over 10,000 requests in all modes and placements', () => {
    const seen = new Set<string>()
    const words = new Set<string>()
    for (let seed = 1; seed <= 50; seed += 1) {
      const scenario = startScenario(seed)
      for (let n = 0; n < 200; n += 1) {
        scenario.goOn()
        seen.add(checkOne(scenario).replace(/^\d+$/, 'lease'))
      }
      for (const { reason, candidates } of scenario.decisions.list({}, 1_000)) {
        words.add(reason)
        for (const { state } of candidates) words.add(state)
      }
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['LB_ERR_ALL_COOLING', 'LB_ERR_ALL_FULL', 'LB_ERR_NO_ENDPOINT', 'lease']),
    )
    expect([...words].sort(), 'each of these has come up').toEqual(
      expect.arrayContaining([
        ...['pinned', 'only candidate', 'session', 'least expected time', 'policy order'],
        ...[
          'eligible',
          'ahead of its share',
          'overflow only',
          'lower rank',
          'kept free',
          'full',
          'tried before',
        ],
        ...['cooling down', 'unhealthy', 'being probed'],
      ]),
    )
  })

  it('changes nothing: with explanations and without them the same traffic goes the same way', () => {
    const run = (seed: number, explains: boolean): string[] => {
      // More than are compared at a time, in some.
      const scenario = startScenario(seed, seed % 4 === 0 ? 100 : 12)
      const other = startScenario(seed + 1_000)
      const went = Array.from({ length: 150 }, () => {
        scenario.goOn()
        const asked = scenario.request()
        const without = scenario.tried()
        if (explains) for (const each of [asked, other.request()]) scenario.router.explain(each, without)
        const selection = scenario.router.acquire(asked, without)
        if ('lease' in selection) scenario.running.push({ lease: selection.lease, request: asked })
        return chosen(selection)
      })
      const ends = Array.from({ length: scenario.count }, (_, index) => {
        const { pass, epoch, prefix, inflight } = scenario.state.endpoint(index + 1)
        return JSON.stringify([pass, epoch, prefix.size(), inflight])
      })
      const wires = scenario.state
        .wires(1)
        .map(({ offset, servedAt, served, turn }) => [offset, servedAt, served, turn])
      return [...went, ...ends, JSON.stringify(wires), `${scenario.moves()} moves`]
    }
    for (let seed = 1; seed <= 24; seed += 1)
      expect(run(seed, true), `seed ${seed}`).toEqual(run(seed, false))
  })
})
