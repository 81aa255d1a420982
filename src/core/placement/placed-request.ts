// One request at its endpoint: counts as its work, and teaches its speed.
import type { Clock } from '../clock.ts'
import type { Settlement } from '../lease/settlement.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { noteResult } from './endpoint-work.ts'
import { REQUEST_TOKENS } from './expected-times.ts'
import type { PrefixLimit } from './prefix/prefix-limit.ts'
import type { PromptTokens } from './prompt-tokens.ts'
import type { Speeds } from './speeds.ts'

/** Each is called at most once. */
export interface PlacedRequest {
  /** The first byte of its response has arrived. */
  begin(): void
  settle(result: Settlement): void
}

export interface PlacedRequestContext {
  readonly clock: Clock
  readonly speeds: Speeds
  readonly promptTokens: PromptTokens
  readonly prefixLimit: PrefixLimit
}

/** The prompt, in tokens. */
export interface ExpectedPrompt {
  readonly tokens: number
  /** undefined where caches are not regarded. */
  readonly cachedTokens: number | undefined
}

/** An unstreamed response shows no first token: one of its tokens takes about as long as this many of a prompt. */
const PROMPT_TOKENS_PER_COMPLETION = 200

/** Uncached prompt tokens, as the response reports them; undefined where it does not. */
const reportedTokens = ({ promptTokens, cachedTokens }: Settlement): number | undefined =>
  promptTokens === undefined || cachedTokens === undefined
    ? undefined
    : Math.max(1, promptTokens - cachedTokens)

export function createPlacedRequest(
  { clock, speeds, promptTokens, prefixLimit }: PlacedRequestContext,
  endpoint: EndpointRuntime,
  request: RoutingRequest,
  prompt: ExpectedPrompt,
): PlacedRequest {
  const { work } = endpoint
  const startMs = clock()
  const uncached = prompt.tokens - (prompt.cachedTokens ?? 0)
  const before = work.prefillTokens
  let beganMs: number | undefined
  work.prefillTokens += uncached + REQUEST_TOKENS
  work.prefilling += 1

  const endPrefill = (): void => {
    work.prefilling -= 1
    // Sums of fractions do not come back to 0 by themselves.
    work.prefillTokens = work.prefilling === 0 ? 0 : work.prefillTokens - uncached - REQUEST_TOKENS
  }

  const learnSpeed = (result: Settlement, decodes: number, nowMs: number): void => {
    const own = (reportedTokens(result) ?? uncached) + REQUEST_TOKENS
    const completion = result.completionTokens ?? result.deltas
    if (beganMs === undefined) {
      const work = before + own + PROMPT_TOKENS_PER_COMPLETION * completion
      speeds.learnPrefill(endpoint, work, own, nowMs - startMs)
      return
    }
    speeds.learnPrefill(endpoint, before + own, own, beganMs - startMs)
    if (completion > 1) speeds.learnDecode(endpoint, decodes, (nowMs - beganMs) / (completion - 1))
  }

  const learnPrompt = ({ promptTokens: reported, cachedTokens, isEstimated }: Settlement): void => {
    if (reported === undefined || isEstimated) return
    if (request.prompt) promptTokens.learn(request.model, request.prompt.bytes, reported)
    if (cachedTokens !== undefined && prompt.cachedTokens !== undefined)
      prefixLimit.correct(endpoint, prompt.cachedTokens, cachedTokens)
  }

  return {
    begin() {
      // A response that is not streamed begins when it ends.
      if (beganMs !== undefined || !request.stream) return
      beganMs = clock()
      endPrefill()
      work.decodes += 1
    },
    settle(result) {
      const { decodes } = work
      if (beganMs === undefined) endPrefill()
      else work.decodes -= 1
      // A backend at an earlier base URL says nothing of the present one.
      if (result.outcome === 'aborted' || endpoint.work !== work) return
      const nowMs = clock()
      noteResult(work, result.outcome === 'failure', nowMs)
      if (result.outcome === 'failure') return
      learnSpeed(result, decodes, nowMs)
      learnPrompt(result)
    },
  }
}
