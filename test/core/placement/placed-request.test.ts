import { describe, expect, it } from 'vitest'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createEndpointWork } from '../../../src/core/placement/endpoint-work.ts'
import { createPlacedRequest } from '../../../src/core/placement/placed-request.ts'
import { createPrefixLimit } from '../../../src/core/placement/prefix/prefix-limit.ts'
import { createPromptTokens } from '../../../src/core/placement/prompt-tokens.ts'
import { createSpeeds } from '../../../src/core/placement/speeds.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

const settled = (values: Partial<Settlement> = {}): Settlement => ({
  outcome: 'success',
  promptTokens: undefined,
  completionTokens: undefined,
  deltas: 0,
  latencyMs: 1,
  ...values,
})

function start() {
  const clock = manualClock()
  const endpoint = gatewayState(configuration([endpointConfig(1)]), clock.now).endpoint(1)
  const promptTokens = createPromptTokens()
  const context = {
    clock: clock.now,
    speeds: createSpeeds(),
    promptTokens,
    prefixLimit: createPrefixLimit({}, promptTokens),
  }
  const place = (tokens: number, cachedTokens?: number, values: Partial<RoutingRequest> = {}) =>
    createPlacedRequest(context, endpoint, requestFor(values), { tokens, cachedTokens }, clock.now())
  const shown = () => {
    const { prefillTokens, prefilling, decodes } = endpoint.work
    return { prefillTokens, prefilling, decodes }
  }
  return { clock, endpoint, promptTokens, place, shown }
}

describe('a request at its endpoint', () => {
  it('is work to read until its first byte, then a stream until it ends', () => {
    const { place, shown } = start()
    const first = place(1_000, 200)
    const second = place(500)
    expect(shown()).toEqual({ prefillTokens: 864 + 564, prefilling: 2, decodes: 0 })
    first.begin()
    first.begin()
    expect(shown()).toEqual({ prefillTokens: 564, prefilling: 1, decodes: 1 })
    second.settle(settled({ outcome: 'aborted' }))
    expect(shown()).toEqual({ prefillTokens: 0, prefilling: 0, decodes: 1 })
    first.settle(settled())
    expect(shown()).toEqual({ prefillTokens: 0, prefilling: 0, decodes: 0 })
  })

  it('leaves no fraction of a token behind', () => {
    const { place, shown } = start()
    const requests = [0.1, 0.2, 0.3].map((tokens) => place(tokens))
    for (const request of requests) request.begin()
    expect(shown()).toEqual({ prefillTokens: 0, prefilling: 0, decodes: 3 })
  })

  it('is work to read until it ends where its response is not streamed', () => {
    const { place, shown } = start()
    const request = place(1_000, 0, { stream: false })
    request.begin()
    expect(shown()).toEqual({ prefillTokens: 1_064, prefilling: 1, decodes: 0 })
    request.settle(settled())
    expect(shown()).toEqual({ prefillTokens: 0, prefilling: 0, decodes: 0 })
  })

  it.each<[string, Partial<Settlement>, boolean, number]>([
    ['what is not cached, as expected', {}, true, 864],
    ['what is not cached, as reported', { promptTokens: 1_500, cachedTokens: 500 }, true, 1_064],
    ['at least one token', { promptTokens: 5, cachedTokens: 500 }, true, 65],
    ['as expected where only the prompt is reported', { promptTokens: 5 }, true, 864],
    ['as expected where only what is cached is reported', { cachedTokens: 5 }, true, 864],
    ['200 more for each token of a whole response', { completionTokens: 10, deltas: 1 }, false, 2_864],
    ['200 more for each piece where none are reported', { deltas: 2 }, false, 1_264],
  ])('teaches a speed by its prompt and those before it: %s', (_, values, stream, tokens) => {
    for (const before of [0, 10_000]) {
      const { clock, endpoint, place } = start()
      endpoint.work.prefillTokens = before
      const request = place(1_000, 200, { stream })
      clock.advance(1_000)
      request.begin()
      if (stream) clock.advance(500)
      request.settle(settled(values))
      const { prefillMs, overheadMs } = endpoint.work
      // Few tokens tell of what a request takes beside its prompt.
      if (before + tokens < 512) expect(overheadMs).toBeCloseTo(1_000 - tokens * 0.1, 10)
      else expect(prefillMs).toBeCloseTo(1_000 / (before + tokens), 10)
    }
  })

  it('teaches how much each stream delays the others, by the tokens after its first', () => {
    const { clock, endpoint, place } = start()
    const [one, other] = [place(1), place(1)]
    one.begin()
    other.begin()
    clock.advance(100)
    one.settle(settled({ completionTokens: 11, deltas: 3 }))
    expect(endpoint.work.decodeMs).toBe(5)
    other.settle(settled({ completionTokens: 1, deltas: 3 }))
    expect(endpoint.work.samples.decodeMs).toHaveLength(2)
  })

  it('teaches nothing but its failure where it fails, and nothing at all where its client leaves', () => {
    for (const outcome of ['failure', 'aborted'] as const) {
      const { clock, endpoint, promptTokens, place } = start()
      const request = place(1_000, undefined, { prompt: { bytes: 100, blocks: () => new Int32Array(0) } })
      clock.advance(100)
      request.begin()
      request.settle(settled({ outcome, promptTokens: 90 }))
      expect(endpoint.work.prefillMs).toBeNaN()
      expect(endpoint.work.failedShare).toBe(outcome === 'failure' ? 0.25 : 0)
      expect(promptTokens.estimate('a', 100)).toBe(25)
    }
  })

  it('teaches nothing of the backend that has replaced its own', () => {
    const { clock, endpoint, place, shown } = start()
    const request = place(1_000)
    endpoint.work = createEndpointWork()
    clock.advance(100)
    request.begin()
    request.settle(settled())
    expect(endpoint.work).toEqual(createEndpointWork())
    expect(shown()).toEqual({ prefillTokens: 0, prefilling: 0, decodes: 0 })
  })

  it.each<[string, Partial<Settlement>, number, number]>([
    ['as it is reported', { promptTokens: 90, cachedTokens: 0 }, 90, 0.98],
    ['where no cached tokens are reported', { promptTokens: 90 }, 90, 1],
    ['where nothing is', { cachedTokens: 0 }, 25, 1],
    ['where that is a guess', { promptTokens: 90, cachedTokens: 0, isEstimated: true }, 25, 1],
  ])('teaches the length of its prompt, and what was cached of it, %s', (_, values, tokens, factor) => {
    const prompt = { bytes: 100, blocks: () => new Int32Array(0) }
    for (const expected of [4_000, undefined]) {
      const { endpoint, promptTokens, place } = start()
      place(5_000, expected, { prompt }).settle(settled(values))
      expect(promptTokens.estimate(undefined, 100)).toBe(tokens)
      expect(endpoint.work.cacheFactor).toBe(expected === undefined ? 1 : factor)
      place(5_000, expected).settle(settled({ promptTokens: 1, cachedTokens: 5_000 }))
      expect(promptTokens.estimate(undefined, 100)).toBe(tokens)
    }
  })
})
