// Measures the selection of an endpoint and the settling of its lease alone: nothing is sent.
import { createRouter } from '../../src/core/routing/router.ts'
import type { RoutingRequest } from '../../src/core/routing/routing-request.ts'
import { policy, random, requestFor } from '../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../support/gateway/gateway-fixture.ts'
import { modelName, modelsOf, type Fleet } from './large-configuration.ts'

const SELECTIONS = 50_000
const ROUNDS = 9
const RESPONSE_TOKENS = 32

/** @returns a function that runs a round and returns its time for one selection, in microseconds. */
function createRound(fleet: Fleet): () => number {
  const endpoints = Array.from({ length: fleet.endpoints }, (_, index) =>
    endpointConfig(index + 1, { quotaPercent: 100, models: modelsOf(fleet, index) }),
  )
  const tokens = Array.from({ length: fleet.tokens }, (_, index) => tokenConfig(index + 1))
  const clock = manualClock()
  const state = gatewayState(configuration(endpoints, { tokens }), clock.now)
  const router = createRouter({ state, clock: clock.now, policy })
  const next = random(1)
  const pick = (count: number): number => Math.floor(next() * count)
  const requests: RoutingRequest[] = Array.from({ length: 4_096 }, () =>
    requestFor({
      token: tokens[pick(tokens.length)] ?? null,
      model: modelName(pick(fleet.models)),
      stream: false,
    }),
  )
  return () => {
    const startMs = performance.now()
    for (let n = 0; n < SELECTIONS; n += 1) {
      const selection = router.acquire(requests[n % requests.length] ?? requestFor())
      if ('refusal' in selection) throw new Error(selection.refusal.detail)
      selection.lease.responded()
      selection.lease.settle({
        outcome: 'success',
        promptTokens: RESPONSE_TOKENS,
        completionTokens: RESPONSE_TOKENS,
        deltas: 0,
        latencyMs: 1,
      })
    }
    return ((performance.now() - startMs) * 1000) / SELECTIONS
  }
}

/** In turns. @returns the microseconds of each round by fleet; the first round warms up and is not counted. */
export function measureSelection(fleets: Readonly<Record<string, Fleet>>): Map<string, number[]> {
  const runs = Object.entries(fleets).map(([name, fleet]) => ({ name, run: createRound(fleet) }))
  for (const { run } of runs) run()
  const results = new Map<string, number[]>(runs.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { name, run } of runs) results.get(name)?.push(run())
  return results
}
