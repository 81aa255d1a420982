// The record of one client request, reported once to log, metrics and statistics when the request ends.
import type { FastifyRequest } from 'fastify'
import type { ErrorCode } from '../../contract/error-codes.ts'
import type { Clock } from '../../core/clock.ts'
import type { ByteReservation } from '../../core/limits/byte-budget.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { LogRequest } from '../../observability/request-log.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import type { Usage } from '../response/read-usage.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** null on all routes but the proxy's. */
    record: RequestRecord | null
  }
}

interface RequestEnd {
  readonly status: number
  readonly outcome: 'success' | 'failure' | 'aborted' | 'refused' | 'cached'
  readonly endpoint?: string | undefined
  readonly attempts?: number
  readonly usage?: Usage | undefined
  /** Whether `usage` is the balancer's own count. */
  readonly isUsageEstimated?: boolean
  readonly ttftMs?: number | undefined
  /** For a request whose client left before the first byte: since it was sent to the endpoint, or arrived in the queue. */
  readonly waitMs?: number | undefined
  readonly errorCode?: ErrorCode | undefined
  /** For a failed request: by endpoint name, how it failed or why it was not tried. */
  readonly endpoints?: Readonly<Record<string, string>> | undefined
}

export interface RequestRecord {
  readonly requestId: string
  readonly startMs: number
  identity: ClientIdentity | undefined
  model: string | undefined
  /** The name by which the last endpoint was asked for the model, where it is not the client's. */
  servedModel: string | undefined
  stream: boolean
  /** The memory of its body, which `finish` gives back. */
  bodyMemory: ByteReservation | undefined
  /** Milliseconds since the request arrived. */
  elapsedMs(): number
  /** Later calls do nothing. */
  finish(end: RequestEnd): void
}

/** Where finished requests are reported. */
export interface RequestReporters {
  readonly state: GatewayState
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'observeRequest'>
  readonly logRequest: LogRequest
}

interface RequestInfo {
  readonly requestId: string
  readonly method: string
  /** The route's pattern. */
  readonly route: string
  /** Whether it is only logged: it is in no total and no metric. */
  readonly isUncounted?: true
}

/** The client closed the connection before the response was complete: nginx's code, since HTTP has none. */
export const CLIENT_CLOSED_REQUEST = 499

function timePerOutputTokenS(durationMs: number, { usage, ttftMs }: RequestEnd): number | undefined {
  const tokens = usage?.completionTokens
  if (ttftMs === undefined || tokens === undefined || tokens < 2) return undefined
  return (durationMs - ttftMs) / (tokens - 1) / 1000
}

function count(
  { state, metrics }: RequestReporters,
  { identity }: RequestRecord,
  end: RequestEnd,
  latencyMs: number,
): void {
  const failed = end.outcome === 'failure' || (end.outcome === 'refused' && end.status >= 500)
  // Requests with an endpoint are counted by their lease.
  if (end.endpoint === undefined) {
    state.totals.countUnleased(failed)
    state.traffic.countUnleased(identity, failed)
  }
  metrics.observeRequest({
    endpoint: end.endpoint ?? '',
    incomingBlockId: identity?.blockId ?? 0,
    clientTokenId: identity?.token?.id,
    status: end.status,
    durationS: latencyMs / 1000,
    ttftS: end.ttftMs === undefined ? undefined : end.ttftMs / 1000,
    timePerOutputTokenS: timePerOutputTokenS(latencyMs, end),
    failed,
  })
}

function log(
  reporters: RequestReporters,
  request: RequestInfo,
  record: RequestRecord,
  end: RequestEnd,
  latencyMs: number,
): void {
  const { state, logRequest } = reporters
  const { identity } = record
  logRequest({
    requestId: request.requestId,
    method: request.method,
    route: request.route,
    block: identity && state.snapshot().blockById.get(identity.blockId)?.name,
    endpoint: end.endpoint,
    model: record.model,
    servedModel: record.servedModel,
    status: end.status,
    outcome: end.outcome,
    attempts: end.attempts ?? 0,
    stream: record.stream,
    promptTokens: end.usage?.promptTokens,
    completionTokens: end.usage?.completionTokens,
    cachedTokens: end.usage?.cachedTokens,
    reasoningTokens: end.usage?.reasoningTokens,
    isUsageEstimated: end.isUsageEstimated === true,
    latencyMs,
    ttftMs: end.ttftMs,
    waitMs: end.waitMs,
    clientTokenId: identity?.token?.id,
    errorCode: end.errorCode,
    endpoints: end.endpoints,
  })
}

export function createRequestRecord(reporters: RequestReporters, request: RequestInfo): RequestRecord {
  const { clock } = reporters
  const startMs = clock()
  let finished = false
  const record: RequestRecord = {
    requestId: request.requestId,
    startMs,
    identity: undefined,
    model: undefined,
    servedModel: undefined,
    stream: false,
    bodyMemory: undefined,
    elapsedMs: () => clock() - startMs,
    finish(end) {
      if (finished) return
      finished = true
      record.bodyMemory?.release()
      const latencyMs = record.elapsedMs()
      if (!request.isUncounted) count(reporters, record, end, latencyMs)
      log(reporters, request, record, end, latencyMs)
    },
  }
  return record
}

export function requestRecordOf(request: FastifyRequest): RequestRecord {
  if (request.record === null) throw new Error('not a proxy route')
  return request.record
}
