/** Sends one request and builds its result from the events that follow. */
import type { BridgeErrorCode } from '../../contract/bridge.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import type { ApiCallName } from '../model/api-calls.ts'
import { calls } from '../calls/calls.ts'
import { readHeader, responseLabels } from './response-labels.ts'
import { createResponseReader, type ResponseReader, type ResponseResult } from './response-reader.ts'
import type { HttpCall, Transport } from '../transport/transport.ts'
import type { Job } from './make-call.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { RequestResult } from './request-result.ts'

interface Request {
  readonly call: HttpCall
  /** Which call it is, and so the form of its response. */
  readonly api: ApiCallName
  readonly job: Job
  readonly onTokens: (tokens: number) => void
  /** Called exactly once. */
  readonly onResult: (result: RequestResult) => void
}

const outcomeByErrorCode: Record<BridgeErrorCode, RequestResult['outcome']> = {
  timeout: 'timeout',
  network: 'network',
  refused_target: 'refused',
  cancelled: 'cancelled',
  too_large: 'malformed',
  bad_message: 'refused',
  bad_request: 'refused',
}

const MAX_DETAIL = 300
const NO_HEADERS: ResponseHeaders = {}
const NO_GAPS: readonly number[] = []

/** Some backends repeat a refused key in their error message, so it is replaced. */
function withoutCredentials(detail: string, { headers }: HttpCall): string {
  const key = headers['authorization']?.replace(/^Bearer /, '')
  return (key ? detail.replaceAll(key, '…') : detail).slice(0, MAX_DETAIL)
}

/** @returns the mean time between tokens in milliseconds; null when fewer than two tokens arrived. */
function timePerToken(
  { firstTokenAtMs, lastTokenAtMs }: ResponseResult,
  tokens: number | null,
): number | null {
  if (firstTokenAtMs === null || lastTokenAtMs === null || tokens === null || tokens < 2) return null
  return (lastTokenAtMs - firstTokenAtMs) / (tokens - 1)
}

/**
 * Latencies start at the scheduled start and use the times of the transport.
 * @returns cancels the request; `onResult` is then called at once with the outcome `cancelled`.
 */
export function sendRequest(transport: Transport, timer: EngineTimer, request: Request): () => void {
  const { call, api, job, onTokens, onResult } = request
  const sentAtMs = timer.nowMs()
  // What waited counts from its due time; what was sent a moment before it, from when it was sent.
  const startMs = Math.min(job.scheduledAtMs, sentAtMs)
  const scheduledAtEpochMs = timer.epochMs() - (sentAtMs - startMs)
  let reader: ResponseReader | undefined
  let status: number | null = null
  let headers: ResponseHeaders = NO_HEADERS
  let firstByteAtMs: number | null = null
  let countedTokens = 0

  const sinceScheduled = (instantMs: number | null): number | null =>
    instantMs === null ? null : Math.max(0, instantMs - startMs)
  const finish = (
    outcome: RequestResult['outcome'],
    detail: string,
    endMs: number,
    response: ResponseResult | null,
  ): void => {
    const { labels, requestId, rateLimit } = responseLabels(
      headers,
      status,
      job.step,
      response?.endpoint ?? null,
    )
    const counted = response !== null && response.deltas > 0 ? response.deltas : null
    const completionTokens = response?.usage?.completionTokens ?? counted
    onResult({
      outcome,
      status,
      detail: detail === '' ? '' : withoutCredentials(detail, call),
      labels,
      requestId,
      rateLimit,
      scheduledAtEpochMs,
      ttfbMs: sinceScheduled(firstByteAtMs),
      ttftMs: sinceScheduled(response?.firstTokenAtMs ?? null),
      e2eMs: sinceScheduled(endMs),
      tpotMs: response === null ? null : timePerToken(response, completionTokens),
      gapsMs: response?.gapsMs ?? NO_GAPS,
      promptTokens: response?.usage?.promptTokens ?? null,
      completionTokens,
      hasUsage: response?.usage != null,
      uncountedTokens: Math.max(0, (completionTokens ?? 0) - countedTokens),
    })
  }

  const cancelCall = transport.call(call, {
    onHead(responseStatus, responseHeaders, atMs) {
      status = responseStatus
      headers = responseHeaders
      firstByteAtMs = atMs
      reader = createResponseReader(calls[api], status, readHeader(headers, 'content-type'), call.stream)
    },
    onText(text, atMs) {
      const tokens = reader?.push(text, atMs) ?? 0
      countedTokens += tokens
      if (tokens > 0) onTokens(tokens)
    },
    onEnd(atMs) {
      const response = reader?.end()
      if (response) finish(response.outcome, response.detail, atMs, response)
      else finish('malformed', 'The answer ended before it began', atMs, null)
    },
    onError: (code, message, atMs) => finish(outcomeByErrorCode[code], message, atMs, reader?.end() ?? null),
  })
  return () => {
    cancelCall()
    firstByteAtMs = null
    finish('cancelled', '', timer.nowMs(), null)
  }
}
