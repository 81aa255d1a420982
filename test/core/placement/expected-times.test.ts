import { describe, expect, it } from 'vitest'
import { noteResult } from '../../../src/core/placement/endpoint-work.ts'
import { createExpectedTimes } from '../../../src/core/placement/expected-times.ts'
import type { LoadReport } from '../../../src/core/placement/load-report.ts'
import { createPromptTokens } from '../../../src/core/placement/prompt-tokens.ts'
import { showWork } from '../../../src/core/placement/shown-work.ts'
import { createSpeeds } from '../../../src/core/placement/speeds.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

const load = (running: number, waiting: number): LoadReport => ({
  running,
  waiting,
  cacheUse: undefined,
  cacheTokens: undefined,
  hitRate: undefined,
  atMs: 0,
})

/** An endpoint that has 1,000 tokens to read for two requests, and decodes four streams. The mean prompt has 100 tokens. */
function start() {
  const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), () => 0)
  const speeds = createSpeeds()
  speeds.learnPrefill(state.endpoint(2), 100, 100, 1)
  const endpoint = state.endpoint(1)
  Object.assign(endpoint.work, {
    prefillTokens: 1_000,
    prefilling: 2,
    decodes: 4,
    prefillMs: 0.5,
    overheadMs: 20,
    decodeMs: 3,
  })
  return { endpoint, expected: createExpectedTimes(speeds, createPromptTokens()) }
}

describe('the time before an endpoint begins with a request', () => {
  it('is that of the prompts and streams before it', () => {
    const { endpoint, expected } = start()
    expect(expected.queueMs(endpoint)).toBe(1_000 * 0.5 + 4 * 3)
  })

  it.each([
    ['requests of others that run and wait', 10, 5, 1_300 * 0.5 + 8 * 3],
    ['no others', 6, 2, 1_000 * 0.5 + 4 * 3],
    ['fewer than there are of its own', 1, 1, 1_000 * 0.5 + 4 * 3],
  ])('counts what its backend tells: %s', (_, running, waiting, ms) => {
    const { endpoint, expected } = start()
    endpoint.inflight = 6
    endpoint.load = load(running, waiting)
    expect(expected.queueMs(endpoint)).toBe(ms)
  })

  it('is shown once its speed is known', () => {
    const { endpoint, expected } = start()
    expect(showWork(endpoint, expected)).toEqual({ prefilling: 2, waitMs: 512, tokensPerSecond: 2_000 })
    endpoint.work.prefillMs = NaN
    expect(showWork(endpoint, expected)).toEqual({ prefilling: 2, waitMs: null, tokensPerSecond: null })
  })
})

describe('the time until the first token', () => {
  it('is that of what comes before it, of its own prompt and of each request', () => {
    const { endpoint, expected } = start()
    expect(expected.firstTokenMs(endpoint, 936, 0)).toBe(512 + 20 + 1_000 * 0.5)
    expect(expected.firstTokenMs(endpoint, 936, 0, 100)).toBe(100 + 20 + 1_000 * 0.5)
  })

  it('grows with the fourth power of the part of requests that fail, and stays finite', () => {
    const { endpoint, expected } = start()
    const ms = expected.firstTokenMs(endpoint, 936, 1_000)
    noteResult(endpoint.work, true, 1_000)
    expect(expected.firstTokenMs(endpoint, 936, 1_000)).toBeCloseTo(ms / 0.75 ** 4, 6)
    // Half of it is forgotten after ten seconds.
    expect(expected.firstTokenMs(endpoint, 936, 11_000)).toBeCloseTo(ms / 0.875 ** 4, 6)
    for (let n = 0; n < 100; n += 1) noteResult(endpoint.work, true, 11_000)
    expect(expected.firstTokenMs(endpoint, 936, 11_000)).toBeCloseTo(ms * 1e8, -2)
  })

  it('forgets failures after enough successes, of which those before the first failure count nothing', () => {
    const { endpoint, expected } = start()
    const ms = expected.firstTokenMs(endpoint, 936, 1_000)
    noteResult(endpoint.work, false, 500)
    expect(endpoint.work).toMatchObject({ failedShare: 0, failedAtMs: 0 })
    noteResult(endpoint.work, true, 1_000)
    noteResult(endpoint.work, false, 1_000)
    expect(endpoint.work).toMatchObject({ failedShare: 0.25 * 0.75, failedAtMs: 1_000 })
    for (let n = 0; n < 20; n += 1) noteResult(endpoint.work, false, 1_000)
    expect(endpoint.work.failedShare).toBe(0)
    expect(expected.firstTokenMs(endpoint, 936, 1_000)).toBe(ms)
  })
})

describe('the tokens that are taken to be cached', () => {
  const prompt = (...words: number[]) => ({ bytes: 4_000, blocks: () => Int32Array.from(words) })

  it('are those of the blocks that the mirror holds, and less than the prompt', () => {
    const { endpoint, expected } = start()
    endpoint.prefix.setLimit(10)
    endpoint.prefix.add(Int32Array.from([1, 2, 3, 4]))
    const request = requestFor({ prompt: prompt(1, 2, 3, 4, 5, 6) })
    expect(expected.promptTokens(request)).toBe(1_000)
    expect(expected.cachedTokens(endpoint, request, 1_000)).toBe(512)
    expect(expected.cachedTokens(endpoint, request, 400)).toBe(399)
    expect(expected.cachedTokens(endpoint, requestFor({ prompt: prompt(1, 2, 7, 7) }), 1_000)).toBe(256)
  })

  it('are none of a prompt that is not held, or has no blocks, and of no prompt', () => {
    const { endpoint, expected } = start()
    expect(expected.cachedTokens(endpoint, requestFor({ prompt: prompt(7, 7) }), 0)).toBe(0)
    expect(expected.cachedTokens(endpoint, requestFor({ prompt: prompt() }), 0)).toBe(0)
    expect(expected.cachedTokens(endpoint, requestFor(), 0)).toBe(0)
    expect(expected.promptTokens(requestFor())).toBe(1)
  })
})
