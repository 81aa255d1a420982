// The expected time to the first token of a request at an endpoint: the work before it, by the speed that the endpoint has shown.
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { failedShare } from './endpoint-work.ts'
import { PROMPT_BLOCK_BYTES } from './prefix/prompt.ts'
import type { PromptTokens } from './prompt-tokens.ts'
import type { Speeds } from './speeds.ts'

/** What a request costs beside its prompt, in tokens. */
export const REQUEST_TOKENS = 64
/** At most this part of its requests counts as failed, so that times stay finite. */
const MAX_FAILED = 0.99
/** An endpoint that failed half of its latest requests is avoided until the others take sixteen times as long. */
const FAILURE_EXPONENT = 4

export interface ExpectedTimes {
  promptTokens(request: RoutingRequest): number
  /** Those of `tokens`, the request's prompt, that the endpoint is taken to have cached; less than all. */
  cachedTokens(endpoint: EndpointRuntime, request: RoutingRequest, tokens: number): number
  /** Milliseconds before the endpoint would begin with another request. */
  queueMs(endpoint: EndpointRuntime): number
  /**
   * Milliseconds until the first token; the more of the endpoint's latest requests have failed, the longer.
   * @param uncached - prompt tokens.
   * @param queueMs - default: the endpoint's now.
   */
  firstTokenMs(endpoint: EndpointRuntime, uncached: number, nowMs: number, queueMs?: number): number
}

export function createExpectedTimes(speeds: Speeds, tokenEstimate: PromptTokens): ExpectedTimes {
  const queueMs = (endpoint: EndpointRuntime): number => {
    const { work, load, inflight } = endpoint
    // What is not ours of the backend's queue.
    const waiting = load === null ? 0 : Math.max(0, load.waiting - work.prefilling)
    const running = load === null ? 0 : Math.max(0, load.running - inflight)
    return (
      (work.prefillTokens + waiting * speeds.meanTokens()) * speeds.prefillMs(endpoint) +
      (work.decodes + running) * speeds.decodeMs(endpoint)
    )
  }
  return {
    promptTokens: ({ model, prompt }) =>
      prompt === undefined ? 1 : tokenEstimate.estimate(model, prompt.bytes),
    cachedTokens(endpoint, { model, prompt }, tokens) {
      const blocks = prompt?.blocks()
      // A short prompt has no blocks: the memory of the cache is not touched.
      const depth = blocks === undefined || blocks.length === 0 ? 0 : endpoint.prefix.depth(blocks)
      return depth === 0 ? 0 : Math.min(tokens - 1, tokenEstimate.estimate(model, depth * PROMPT_BLOCK_BYTES))
    },
    queueMs,
    firstTokenMs(endpoint, uncached, nowMs, queue = queueMs(endpoint)) {
      const ownMs = speeds.overheadMs(endpoint) + (uncached + REQUEST_TOKENS) * speeds.prefillMs(endpoint)
      const ms = queue + ownMs
      const failed = failedShare(endpoint.work, nowMs)
      return failed === 0 ? ms : ms / (1 - Math.min(MAX_FAILED, failed)) ** FAILURE_EXPONENT
    },
  }
}
