import { describe, expect, it } from 'vitest'
import { BYTES_PER_BLOCK } from '../../../../src/core/placement/prefix/block-table.ts'
import { createPrefixLimit } from '../../../../src/core/placement/prefix/prefix-limit.ts'
import { createPromptTokens } from '../../../../src/core/placement/prompt-tokens.ts'
import { configuration, endpointConfig, gatewayState } from '../../../support/gateway/gateway-fixture.ts'

/** What a block is taken for while no response has told better. */
const TOKENS_PER_BLOCK = 256

function start(blocks: number, indexBlocks = 10_000) {
  const endpoint = gatewayState(configuration([endpointConfig(1)]), () => 0).endpoint(1)
  const options = { indexBytes: indexBlocks * BYTES_PER_BLOCK, cacheTokens: blocks * TOKENS_PER_BLOCK }
  const limit = createPrefixLimit(options, createPromptTokens())
  const tell = (held: number | undefined) => {
    const cacheTokens = held === undefined ? undefined : held * TOKENS_PER_BLOCK
    endpoint.load = { running: 0, waiting: 0, cacheUse: undefined, cacheTokens, hitRate: undefined, atMs: 0 }
  }
  /** @returns the blocks that are held at most. */
  const apply = (endpoints = 1): number => {
    limit.apply(endpoint, endpoints)
    return endpoint.prefix.limit()
  }
  return { endpoint, limit, tell, apply }
}

describe('the limit of the mirror of a prefix cache', () => {
  it('is what the backend tells that it holds, else what is configured', () => {
    const { tell, apply } = start(100)
    expect(apply()).toBe(100)
    tell(200)
    expect(apply()).toBe(200)
    tell(undefined)
    expect(apply()).toBe(100)
  })

  it('is within the memory of the index, which all endpoints share', () => {
    expect(start(100, 90).apply()).toBe(90)
    expect(start(100, 90).apply(2)).toBe(45)
    expect(start(100, 90).apply(0)).toBe(90)
  })

  it('follows the factor that responses have taught, and no change of a sixteenth or less', () => {
    const { endpoint, apply } = start(160)
    for (const [factor, expected] of [
      [1, 160],
      [1.0626, 160],
      [0.9376, 160],
      [1.07, 171],
      [0.5, 80],
    ] as const) {
      endpoint.work.cacheFactor = factor
      expect(apply()).toBe(expected)
    }
  })

  it.each([
    [1_000, 1_000 - 384, 1, 1],
    [1_000, 1_000 - 385, 1, 0.98],
    [1_000, 1_000 + 384, 1, 1],
    [1_000, 1_000 + 385, 1, 1.04],
    [1_000, 5_000, 3.99, 4],
  ])(
    'of %i tokens expected and %i reported, makes the factor of %d %d',
    (expected, reported, before, after) => {
      const { endpoint, limit } = start(100)
      endpoint.work.cacheFactor = before
      limit.correct(endpoint, expected, reported)
      expect(endpoint.work.cacheFactor).toBeCloseTo(after, 10)
    },
  )
})
