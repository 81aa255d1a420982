// Settles a request's leases and reports the request.
import type { ErrorCode } from '../../contract/error-codes.ts'
import type { Lease } from '../../core/lease/lease.ts'
import { unlink } from '../../core/linked-list.ts'
import type { PinKey } from '../../core/pins/object-pins.ts'
import { explainSelection } from '../../core/routing/explain-selection.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import { hasSentHeaders } from '../response/client-response.ts'
import { countOnce } from '../objects/count-once.ts'
import { requestDigest } from '../response/response-from-cache.ts'
import { deliveredUsage } from '../response/delivered-usage.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import {
  abandonAttribution,
  attributeFailure,
  concludeFailure,
  countAgainstEndpoints,
  mayBeRequestFault,
  type AttemptFailure,
} from './failure-attribution.ts'
import { isUncommitted, transition, type ForwardContext } from './forward-context.ts'

type Outcome = 'success' | 'aborted' | AttemptFailure

/** @returns whether the failure is not counted against its endpoint, at least for now. */
function shouldWithhold(context: ForwardContext, lease: Lease, failure: AttemptFailure): boolean {
  const { options, request } = context
  const { prepared, routing } = request
  const digestOf = prepared && ((): string => requestDigest(request, prepared, routing))
  const { attribution, isWithheld } = attributeFailure(
    options.poisonRequests,
    context.attribution,
    failure,
    digestOf,
    lease.hasServedRecently(),
  )
  context.attribution = attribution
  return isWithheld
}

/**
 * Settles one lease of the request and attributes its failure.
 * @param reader - of this lease's response; undefined where no headers arrived.
 * @param superseded - whether another endpoint takes over.
 * @param countsOnce - as countOnce returns it.
 */
export function settleLease(
  context: ForwardContext,
  lease: Lease,
  reader: ResponseReader | undefined,
  outcome: Outcome,
  superseded: boolean,
  countsOnce?: PinKey,
): void {
  const { request } = context
  const failure = typeof outcome === 'object' && !outcome.isLocal ? outcome : undefined
  if (typeof outcome === 'object')
    context.failures = (context.failures ?? new Map<EndpointRuntime, string>()).set(
      lease.endpoint,
      outcome.error,
    )
  let isWithheld = false
  try {
    isWithheld = failure !== undefined && shouldWithhold(context, lease, failure)
  } finally {
    const settled = typeof outcome === 'string' ? outcome : failure ? 'failure' : 'aborted'
    const { usage, isEstimated } = deliveredUsage(reader, settled !== 'aborted', context.bodyBytes)
    lease.settle({
      outcome: settled,
      promptTokens: usage?.promptTokens,
      completionTokens: usage?.completionTokens,
      cachedTokens: usage?.cachedTokens,
      reasoningTokens: usage?.reasoningTokens,
      isEstimated,
      countsOnce,
      deltas: reader?.facts.deltas ?? 0,
      latencyMs: request.record.elapsedMs() - context.attemptStartMs,
      status: failure?.status ?? (reader && context.status),
      firstTokenMs: superseded ? undefined : context.ttftMs,
      superseded,
      error: failure?.error,
      retryAfterMs: failure?.retryAfterMs,
      mayBeRequestFault: failure !== undefined && mayBeRequestFault(failure),
      withheld: isWithheld,
    })
  }
  if (isWithheld) context.attribution?.withheld.push(lease)
}

/** Decides on the failures that are not counted yet, when the request ends. */
function endAttribution(context: ForwardContext, outcome: Outcome): void {
  const { options, attribution, tried } = context
  if (attribution === undefined) return
  const { poisonRequests } = options
  if (outcome === 'success') countAgainstEndpoints(poisonRequests, attribution)
  else if (typeof outcome === 'object' && !outcome.isLocal)
    concludeFailure(poisonRequests, attribution, outcome, tried.length)
  else abandonAttribution(poisonRequests, attribution)
}

interface ForwardResult {
  readonly outcome: Outcome
  /** Status of the response, unless the client was sent another one before. */
  readonly status: number
  readonly errorCode?: ErrorCode | undefined
}

const NO_FAILURES: ReadonlyMap<EndpointRuntime, string> = new Map()

/**
 * Explains a failed request endpoint by endpoint.
 * @param wasUncommitted - whether other endpoints could have served it; then it says why they did not.
 */
function explainEndpoints(
  { options, request, failures, refusedAtMs }: ForwardContext,
  wasUncommitted: boolean,
): Record<string, string> {
  const { state, clock } = options
  return explainSelection(
    state,
    wasUncommitted ? request.routing : undefined,
    failures ?? NO_FAILURES,
    // By now a cooldown may have ended, or room have come.
    refusedAtMs ?? clock(),
  )
}

function report(
  context: ForwardContext,
  { outcome, status, errorCode }: ForwardResult,
  wasUncommitted: boolean,
  waitMs: number | undefined,
): void {
  const { client, request, tried, reader } = context
  const isAborted = outcome === 'aborted' || (typeof outcome === 'object' && outcome.isLocal === true)
  const { usage, isEstimated } = deliveredUsage(reader, !isAborted, context.bodyBytes)
  request.record.finish({
    // A client whose stream was opened early has read status 200, whatever follows.
    status: hasSentHeaders(client) && outcome !== 'aborted' ? client.raw.statusCode : status,
    outcome: typeof outcome === 'string' ? outcome : tried.length === 0 ? 'refused' : 'failure',
    endpoint: context.endpoint?.config.name,
    attempts: tried.length,
    usage,
    isUsageEstimated: isEstimated,
    ttftMs: context.ttftMs,
    waitMs,
    errorCode,
    endpoints: typeof outcome === 'object' ? explainEndpoints(context, wasUncommitted) : undefined,
  })
}

/** Enters `settled`: settles the lease and reports the request, before its last byte is sent. Later calls do nothing. */
export function finish(context: ForwardContext, result: ForwardResult): void {
  const wasUncommitted = isUncommitted(context)
  if (!transition(context, 'settled')) return
  unlink(context.options.open, context)
  const { lease, reader, request, attemptStartMs } = context
  const hasNoByte = lease === undefined ? wasUncommitted : lease.waitedMs() !== undefined
  const waitMs =
    result.outcome === 'aborted' && hasNoByte ? request.record.elapsedMs() - attemptStartMs : undefined
  context.lease = undefined
  const countsOnce = countOnce(context, result.outcome !== 'aborted')
  try {
    if (lease !== undefined) settleLease(context, lease, reader, result.outcome, false, countsOnce)
    endAttribution(context, result.outcome)
  } finally {
    report(context, result, wasUncommitted, waitMs)
    // A client may take long to read the rest of its response.
    context.request.prepared = undefined
  }
}
