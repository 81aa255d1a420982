// Measures what regarding caches costs a request with a long prompt: selecting an endpoint and settling its lease, and the hashes of the prompt.
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { chat } from '../../../src/proxy/apis/chat.ts'
import { createPromptReader } from '../../../src/proxy/routing/request-prompt.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

const ENDPOINTS = 8
const PROMPT_BYTES = 50_000
const PROMPTS = 256
const REQUESTS = 4_000
const ROUNDS = 15

const bodyOf = (index: number): Buffer => {
  // Conversations, of which four have the same first half.
  const shared = `conversation ${index % (PROMPTS / 4)} `.repeat(PROMPT_BYTES).slice(0, PROMPT_BYTES / 2)
  const own = `turn ${index} `.repeat(PROMPT_BYTES).slice(0, PROMPT_BYTES / 2)
  return Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: shared + own }] }))
}

const readPrompt = createPromptReader('secret of the benchmark')
const bodies = Array.from({ length: PROMPTS }, (_, index) => chat.readRequest(bodyOf(index)))
const promptAt = (index: number) => {
  const body = bodies[index % PROMPTS]
  return body && readPrompt(chat, body, 1)
}

/** @returns a function that runs a round and returns its microseconds a request. */
function createRound(placement: 'load' | 'prefix'): () => number {
  const clock = manualClock()
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) => endpointConfig(index + 1))
  const state = gatewayState(configuration(endpoints, { routingMode: 'balanced', placement }), clock.now)
  const placer = createPlacer({ clock: clock.now, endpoints: () => ENDPOINTS, indexBytes: 64 * 2 ** 20 })
  const router = createRouter({ state, clock: clock.now, policy, placer })
  return () => {
    const startMs = performance.now()
    for (let n = 0; n < REQUESTS; n += 1) {
      const selection = router.acquire(requestFor({ model: 'm', prompt: promptAt(n) }))
      if ('refusal' in selection) throw new Error(selection.refusal.detail)
      clock.advance(1)
      selection.lease.received()
      selection.lease.settle({
        outcome: 'success',
        promptTokens: PROMPT_BYTES / 4,
        completionTokens: 10,
        deltas: 10,
        latencyMs: 1,
      })
    }
    return ((performance.now() - startMs) * 1_000) / REQUESTS
  }
}

function hashAll(): number {
  const startMs = performance.now()
  for (let n = 0; n < REQUESTS; n += 1) promptAt(n)?.blocks()
  return ((performance.now() - startMs) * 1_000) / REQUESTS
}

/** @returns the least microseconds a request of all rounds, which are run in turns. */
export function measurePlacementCost(): Readonly<Record<'load' | 'prefix' | 'hashes', number>> {
  const parts = { load: createRound('load'), prefix: createRound('prefix'), hashes: hashAll }
  const least = { load: Infinity, prefix: Infinity, hashes: Infinity }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of ['load', 'prefix', 'hashes'] as const)
      least[name] = Math.min(least[name], parts[name]())
  return least
}
