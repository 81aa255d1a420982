// Hands an endpoint's answer on to the client, from its head to its end, and sees what it tells of itself on its way.
import { gatewayError } from '../../core/gateway-error.ts'
import { createResponseReader } from '../response/response-reader.ts'
import type { ResponseHeaders, AttemptListener } from '../../http/upstream-request.ts'
import { countAgainstEndpoints, type AttemptFailure } from './failure-attribution.ts'
import { beginResponse, endResponse, hasSentHeaders, writeResponse } from '../response/client-response.ts'
import { handleFault } from './fail-request.ts'
import { endDeadline, finish, type ForwardContext } from './forward-context.ts'
import { addDownstreamHeaders } from '../request/header-policy.ts'
import { failOver } from './dispatch.ts'
import { readRetryAfterMs } from '../upstream/retry-after.ts'
import {
  errorEventOf,
  isFailureStatus,
  isLocalFault,
  mayBeRequestFault,
  isServerErrorStatus,
  upstreamFault,
} from '../upstream/upstream-fault.ts'

const BAD_GATEWAY = 502
// An answer larger than this is not kept, neither for the cache nor to be told in an event.
const MAX_BUFFERED_BYTES = 16_777_216
const noHeaders: ResponseHeaders = {}

const statusFailure = (status: number, headers: ResponseHeaders): AttemptFailure => ({
  error: `status ${status}`,
  retryAfterMs: status === 429 || status === 503 ? readRetryAfterMs(headers, Date.now()) : undefined,
  mayBeRequestFault: isServerErrorStatus(status),
})
const reportedError: AttemptFailure = { error: 'reported an error', mayBeRequestFault: true }

function receiveHeaders(context: ForwardContext, status: number, headers: ResponseHeaders): void {
  if (!isFailureStatus(status)) context.lease?.responded()
  else if (failOver(context, statusFailure(status, headers))) return
  const { prepared } = context.request
  if (prepared === undefined) return
  context.status = status
  context.headers = headers
  context.reader = createResponseReader({
    kind: prepared.kind,
    status,
    headers,
    hideUsage: context.asksUsage && !prepared.asksUsage,
  })
}

/** From here on the answer is this endpoint's. */
function commit(context: ForwardContext): void {
  const { client, lease, tried, status, headers, reader, request, attribution } = context
  const name = lease?.endpoint.config.name ?? ''
  context.committed = true
  endDeadline(context)
  clearTimeout(context.keepalive)
  if (reader?.isStream) {
    // It may be open for long: the others' failures are their own, and nobody needs the prompt any more.
    if (attribution) countAgainstEndpoints(context.options.poisonRequests, attribution)
    request.prepared = undefined
    context.headers = noHeaders
  }
  if (hasSentHeaders(client)) {
    writeResponse(client, `: x-lb-endpoint ${name}\n\n`)
    return
  }
  addDownstreamHeaders(client.headers, headers, { bodyIsUntouched: reader?.isStream === false })
  client.headers.push('x-lb-endpoint', name, 'x-lb-attempts', String(tried.length), 'x-lb-cache', 'MISS')
  if (isFailureStatus(status)) client.headers.push('x-should-retry', 'false')
  beginResponse(client, status)
}

function bufferChunk(context: ForwardContext, chunk: Buffer): void {
  context.bufferedBytes += chunk.length
  if (context.bufferedBytes <= MAX_BUFFERED_BYTES) context.buffered.push(chunk)
  else context.buffered.length = 0
}

function outcomeOf({ status, headers, reader }: ForwardContext): 'success' | AttemptFailure {
  if (isFailureStatus(status)) return statusFailure(status, headers)
  return reader?.facts.reportsError ? reportedError : 'success'
}

function receiveData(context: ForwardContext, chunk: Buffer): void {
  const { reader, request, lease, client } = context
  if (reader === undefined) return
  // Under a head that says event stream, any other answer is kept for the event it has to become.
  const becomesEvent = hasSentHeaders(client) && !context.committed && !reader.isStream
  const ready = reader.push(chunk)
  if (reader.isStream && !context.finished) {
    const { deltas, done } = reader.facts
    if (deltas > 0) {
      context.ttftMs ??= request.record.elapsedMs()
      lease?.progress(deltas)
    }
    if (done) finish(context, { outcome: outcomeOf(context), status: context.status })
  }
  if (becomesEvent || request.cacheResponse) bufferChunk(context, chunk)
  if (ready === null || becomesEvent) return
  if (!context.committed) commit(context)
  if (!writeResponse(client, ready)) context.attempt?.pause()
}

/** An answer that is no stream, for a client that has been told to expect one. */
function endAsEvent(context: ForwardContext, outcome: 'success' | AttemptFailure): void {
  const { client, buffered, status } = context
  finish(context, { outcome, status, errorCode: 'LB_ERR_UPSTREAM_BROKEN' })
  endResponse(client, errorEventOf(Buffer.concat(buffered), status))
}

function receiveEnd(context: ForwardContext): void {
  const { reader, client, request, headers } = context
  const rest = reader?.end() ?? null
  if (reader === undefined) return
  if (reader.isCut()) {
    const fault = gatewayError(
      'LB_ERR_UPSTREAM_BROKEN',
      "the endpoint's answer broke off before it was complete",
    )
    return handleFault(context, fault, { error: fault.message, mayBeRequestFault: true }, rest)
  }
  const outcome = outcomeOf(context)
  if (reader.facts.reportsError && !context.committed) {
    if (failOver(context, reportedError)) return
    // The body says it all, but under a 200 clients would take it for an answer.
    context.status = BAD_GATEWAY
  }
  if (hasSentHeaders(client) && !reader.isStream && !context.committed) return endAsEvent(context, outcome)
  finish(context, { outcome, status: context.status })
  // The cache knows of no encoding, and so must not hold an answer that has one.
  const isCacheable = context.bufferedBytes <= MAX_BUFFERED_BYTES && headers['content-encoding'] === undefined
  if (request.cacheResponse && isCacheable && outcome === 'success' && context.status === 200) {
    request.cacheResponse(
      Buffer.concat(context.buffered),
      String(headers['content-type'] ?? 'application/json'),
    )
  }
  if (!context.committed) commit(context)
  endResponse(client, rest ?? undefined)
}

/** Hears of every attempt. */
export const responseListener: AttemptListener<ForwardContext> = {
  onResponse: receiveHeaders,
  onData: receiveData,
  onEnd: receiveEnd,
  onError(context, error) {
    const fault = upstreamFault(error)
    handleFault(context, fault, {
      error: fault.message,
      isLocal: isLocalFault(error),
      mayBeRequestFault: mayBeRequestFault(error),
    })
  },
}
