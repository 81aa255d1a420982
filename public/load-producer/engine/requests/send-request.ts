/** Sends one request through the bridge and builds its result from the events that follow. */
import type { BridgeErrorCode, BridgeEvent } from '../../../../src/contract/bridge.ts'
import type { ApiCallName } from '../../model/api-calls.ts'
import { calls } from '../calls/calls.ts'
import { responseLabels } from './response-labels.ts'
import { createResponseReader, type ResponseReader, type ResponseResult } from './response-reader.ts'
import type { BridgeCall, BridgeClient } from '../bridge/bridge-client.ts'
import type { Job } from './make-call.ts'
import type { EngineTimer } from '../platform/engine-timer.ts'
import type { RequestResult } from './request-result.ts'

interface Request {
  readonly call: BridgeCall
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

/** Some backends repeat a refused key in their error message, so it is replaced. */
function withoutCredentials(detail: string, { headers }: BridgeCall): string {
  const key = headers['authorization']?.replace(/^Bearer /, '')
  return (key ? detail.replaceAll(key, '…') : detail).slice(0, MAX_DETAIL)
}

type FinalEvent = Extract<BridgeEvent, { type: 'response' | 'stream_end' | 'error' }>

/** @returns the mean time between tokens in milliseconds; null when fewer than two tokens arrived. */
function timePerToken(
  { firstTokenAtMs, lastTokenAtMs }: ResponseResult,
  tokens: number | null,
): number | null {
  if (firstTokenAtMs === null || lastTokenAtMs === null || tokens === null || tokens < 2) return null
  return (lastTokenAtMs - firstTokenAtMs) / (tokens - 1)
}

/**
 * Latencies start at the scheduled start. They use the clock of the engine until the message is sent, and the
 * timestamps of the bridge afterwards, so that a page that reads slowly does not make the backend look slow.
 * @returns cancels the request; `onResult` is then called at once with the outcome `cancelled`.
 */
export function sendRequest(bridge: BridgeClient, timer: EngineTimer, request: Request): () => void {
  const { call, api, job, onTokens, onResult } = request
  const sentAtMs = timer.nowMs()
  const scheduledAtEpochMs = timer.epochMs() - (sentAtMs - job.scheduledAtMs)
  let reader: ResponseReader | undefined
  let status: number | null = null
  let headers: Readonly<Record<string, string>> = {}
  let firstByteAtMs: number | null = null
  let countedTokens = 0

  const startReading = (event: {
    status: number
    headers: Readonly<Record<string, string>>
  }): ResponseReader => {
    status = event.status
    headers = event.headers
    return createResponseReader(calls[api], status, headers['content-type'] ?? '', call.stream)
  }
  const finish = (
    outcome: RequestResult['outcome'],
    detail: string,
    last: FinalEvent | null,
    response: ResponseResult | null,
  ): void => {
    const receivedAtMs = last?.received_ms ?? null
    const sinceScheduled = (instantMs: number | null): number | null =>
      instantMs === null || receivedAtMs === null
        ? null
        : Math.max(0, sentAtMs - job.scheduledAtMs + instantMs - receivedAtMs)
    const counted = response !== null && response.deltas > 0 ? response.deltas : null
    const completionTokens = response?.usage?.completionTokens ?? counted
    onResult({
      outcome,
      status,
      detail: withoutCredentials(detail, call),
      ...responseLabels(headers, status, job.step, response?.endpoint ?? null),
      scheduledAtEpochMs,
      ttfbMs: sinceScheduled(last?.first_byte_ms ?? firstByteAtMs),
      ttftMs: sinceScheduled(response?.firstTokenAtMs ?? null),
      e2eMs: sinceScheduled(last?.end_ms ?? null) ?? timer.nowMs() - job.scheduledAtMs,
      tpotMs: response === null ? null : timePerToken(response, completionTokens),
      gapsMs: response?.gapsMs ?? [],
      promptTokens: response?.usage?.promptTokens ?? null,
      completionTokens,
      hasUsage: response?.usage != null,
      uncountedTokens: Math.max(0, (completionTokens ?? 0) - countedTokens),
    })
  }
  const finishResponse = (last: FinalEvent): void => {
    const response = reader?.end()
    if (response) finish(response.outcome, response.detail, last, response)
    else finish('malformed', 'The answer ended before it began', last, null)
  }
  const onEvent = (event: BridgeEvent): void => {
    if (event.type === 'stream_start') {
      reader = startReading(event)
      firstByteAtMs = event.at_ms
    } else if (event.type === 'stream_chunk') {
      const tokens = reader?.push(event.data, event.at_ms) ?? 0
      countedTokens += tokens
      if (tokens > 0) onTokens(tokens)
    } else if (event.type === 'response') {
      reader = startReading(event)
      reader.push(event.body, event.end_ms)
      finishResponse(event)
    } else if (event.type === 'stream_end') finishResponse(event)
    else finish(outcomeByErrorCode[event.code], event.error, event, reader?.end() ?? null)
  }

  const cancelCall = bridge.call(call, onEvent)
  return () => {
    cancelCall()
    finish('cancelled', '', null, null)
  }
}
