// One request at its endpoint: counts as its work, and teaches its speed.
import type { Clock } from '../clock.ts'
import type { Settlement } from '../lease/settlement.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { noteResult, type EndpointWork } from './endpoint-work.ts'
import { REQUEST_TOKENS } from './expected-times.ts'
import type { PrefixLimit } from './prefix/prefix-limit.ts'
import type { PromptTokens } from './prompt-tokens.ts'
import type { Speeds } from './speeds.ts'

export interface PlacedRequest {
  readonly startMs: number
  /** The first byte of its response has arrived. Called at most once, as `settle` is. */
  begin(): void
  /** @param nowMs - saves reading the clock. */
  settle(result: Settlement, nowMs?: number): void
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

/** What is known of a request at its endpoint. */
interface Placed {
  readonly endpoint: EndpointRuntime
  /** Its work at first: a backend at another base URL has another one. */
  readonly work: EndpointWork
  readonly request: RoutingRequest
  readonly startMs: number
  /** Work before it. */
  readonly before: number
  readonly uncached: number
  readonly cachedTokens: number | undefined
  /** When its first byte arrived. */
  beganMs: number | undefined
}

function endPrefill({ work, uncached }: Placed): void {
  work.prefilling -= 1
  // Sums of fractions do not come back to 0 by themselves.
  work.prefillTokens = work.prefilling === 0 ? 0 : work.prefillTokens - uncached - REQUEST_TOKENS
}

function learnSpeed(
  speeds: Speeds,
  placed: Placed,
  result: Settlement,
  decodes: number,
  nowMs: number,
): void {
  const { endpoint, before, startMs, beganMs } = placed
  const own = (reportedTokens(result) ?? placed.uncached) + REQUEST_TOKENS
  const completion = result.completionTokens ?? result.deltas
  if (beganMs === undefined) {
    const work = before + own + PROMPT_TOKENS_PER_COMPLETION * completion
    speeds.learnPrefill(endpoint, work, own, nowMs - startMs)
    return
  }
  speeds.learnPrefill(endpoint, before + own, own, beganMs - startMs)
  if (completion > 1) speeds.learnDecode(endpoint, decodes, (nowMs - beganMs) / (completion - 1))
}

function learnPrompt(
  { promptTokens, prefixLimit }: PlacedRequestContext,
  { endpoint, request, cachedTokens: expected }: Placed,
  { promptTokens: reported, cachedTokens, isEstimated }: Settlement,
): void {
  if (reported === undefined || isEstimated) return
  if (request.prompt) promptTokens.learn(request.model, request.prompt.bytes, reported)
  if (cachedTokens !== undefined && expected !== undefined)
    prefixLimit.correct(endpoint, expected, cachedTokens)
}

export function createPlacedRequest(
  context: PlacedRequestContext,
  endpoint: EndpointRuntime,
  request: RoutingRequest,
  { tokens, cachedTokens }: ExpectedPrompt,
  startMs: number,
): PlacedRequest {
  const { clock, speeds } = context
  const { work } = endpoint
  const placed: Placed = {
    endpoint,
    work,
    request,
    startMs,
    before: work.prefillTokens,
    uncached: tokens - (cachedTokens ?? 0),
    cachedTokens,
    beganMs: undefined,
  }
  work.prefillTokens += placed.uncached + REQUEST_TOKENS
  work.prefilling += 1

  return {
    startMs,
    begin() {
      // A response that is not streamed begins when it ends.
      if (placed.beganMs !== undefined || !request.stream) return
      placed.beganMs = clock()
      endPrefill(placed)
      work.decodes += 1
    },
    settle(result, nowMs = clock()) {
      const { decodes } = work
      if (placed.beganMs === undefined) endPrefill(placed)
      else work.decodes -= 1
      // A backend at an earlier base URL says nothing of the present one.
      if (result.outcome === 'aborted' || endpoint.work !== work) return
      noteResult(work, result.outcome === 'failure', nowMs)
      if (result.outcome === 'failure') return
      learnSpeed(speeds, placed, result, decodes, nowMs)
      learnPrompt(context, placed, result)
    },
  }
}
