// How quickly endpoints have read prompts and decoded: an endpoint that has shown nothing is taken for one like the others.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { createRecentMedian } from './recent-median.ts'

export interface Speeds {
  /** Milliseconds for each uncached prompt token. */
  prefillMs(endpoint: EndpointRuntime): number
  /** Milliseconds by which each stream that the endpoint decodes delays the tokens of the others. */
  decodeMs(endpoint: EndpointRuntime): number
  /** Mean uncached prompt tokens of a request. */
  meanTokens(): number
  /** @param tokens - uncached, of the request and of those before it, that were read in `ms`. @param own - those of the request. */
  learnPrefill(endpoint: EndpointRuntime, tokens: number, own: number, ms: number): void
  /** @param decodes - streams at the endpoint, each of which got a token every `ms`. */
  learnDecode(endpoint: EndpointRuntime, decodes: number, ms: number): void
}

// Where nothing is known of any endpoint.
const FIRST_PREFILL_MS = 0.1
const FIRST_DECODE_MS = 1
const SMOOTHING = 0.05

export function createSpeeds(): Speeds {
  const fleet = { prefillMs: createRecentMedian(), decodeMs: createRecentMedian() }
  let meanTokens = 0
  return {
    prefillMs: ({ work }) => work.prefillMs.value() ?? fleet.prefillMs.value() ?? FIRST_PREFILL_MS,
    decodeMs: ({ work }) => work.decodeMs.value() ?? fleet.decodeMs.value() ?? FIRST_DECODE_MS,
    meanTokens: () => meanTokens,
    learnPrefill({ work }, tokens, own, ms) {
      work.prefillMs.add(ms / tokens, tokens)
      fleet.prefillMs.add(ms / tokens, tokens)
      meanTokens += (own - meanTokens) * (meanTokens === 0 ? 1 : SMOOTHING)
    },
    learnDecode({ work }, decodes, ms) {
      work.decodeMs.add(ms / decodes, 1)
      fleet.decodeMs.add(ms / decodes, 1)
    },
  }
}
