// How many blocks the mirror of an endpoint's prefix cache may hold: what the backend is taken to hold, within the index's memory.
import type { EndpointRuntime } from '../../state/endpoint-runtime.ts'
import { BYTES_PER_BLOCK } from './block-table.ts'
import { PROMPT_BLOCK_BYTES } from './prompt.ts'
import type { PromptTokens } from '../prompt-tokens.ts'

export interface PrefixLimitOptions {
  /** Of the mirrors of all endpoints together. */
  readonly indexBytes: number
  /** Tokens that a backend is taken to hold that does not tell. */
  readonly cacheTokens: number
}

export interface PrefixLimit {
  /** Sets the limit of the endpoint's mirror anew. @param endpoints - number of all endpoints. */
  apply(endpoint: EndpointRuntime, endpoints: number): void
  /** Compares the tokens that were expected to be cached with those that the backend reports. */
  correct(endpoint: EndpointRuntime, expectedTokens: number, reportedTokens: number): void
}

/** A difference of one block of the prompt's is the rule; it proves nothing. */
const TOLERANCE = 1.5
const SHRINK = 0.98
const GROWTH = 0.04
const MAX_FACTOR = 4

export function createPrefixLimit(
  { indexBytes = 1 << 20, cacheTokens = 500_000 }: Partial<PrefixLimitOptions>,
  promptTokens: PromptTokens,
): PrefixLimit {
  const tokensPerBlock = (): number => promptTokens.estimate(undefined, PROMPT_BLOCK_BYTES)
  return {
    apply({ prefix, work, load }, endpoints) {
      const most = Math.floor(indexBytes / BYTES_PER_BLOCK / Math.max(1, endpoints))
      const held = ((load?.cacheTokens ?? cacheTokens) / tokensPerBlock()) * work.cacheFactor
      const limit = Math.min(most, Math.floor(held))
      // Moving all blocks to other arrays is not worth a small change.
      if (Math.abs(limit - prefix.limit()) > prefix.limit() / 16) prefix.setLimit(limit)
    },
    correct({ work }, expectedTokens, reportedTokens) {
      const most = TOLERANCE * tokensPerBlock()
      if (reportedTokens < expectedTokens - most) work.cacheFactor *= SHRINK
      else if (reportedTokens > expectedTokens + most)
        work.cacheFactor = Math.min(MAX_FACTOR, work.cacheFactor + GROWTH)
    },
  }
}
