// Passes an endpoint's response on to the client, and settles the request by what the response reports.
import { gatewayError } from '../../core/gateway-error.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import type { AttemptListener } from '../../http/upstream/upstream-request.ts'
import { countAgainstEndpoints, statusFailure, type AttemptFailure } from './failure-attribution.ts'
import { beginResponse, endResponse, hasSentHeaders, writeResponse } from '../response/client-response.ts'
import { failInternally, failRequest } from './fail-request.ts'
import { finish } from './finish-request.ts'
import { transition, type ForwardContext } from './forward-context.ts'
import { addDownstreamHeaders, downstreamType } from '../response/downstream-headers.ts'
import { failOver, handleFault } from './dispatch.ts'
import { clearBreaks } from './request-breaks.ts'
import { headerText } from '../../http/field-syntax.ts'
import { createReader, isChanged } from './create-reader.ts'
import { leaveLacking } from './leave-lacking.ts'
import { noticeBytes } from './hung-endpoints.ts'
import { forgetDeleted, keepObjects } from '../objects/keep-objects.ts'
import { MAX_ERROR_BYTES } from '../upstream/error-body.ts'
import { mayLackRoute } from '../upstream/says-route-missing.ts'
import {
  isFailureStatus,
  isLocalFault,
  isWorkTimeout,
  isRedirectStatus,
  mayBeRequestFault,
  upstreamFault,
} from '../upstream/upstream-fault.ts'

const BAD_GATEWAY = 502
// A request that was worked on for longer is not started at a second endpoint after a timeout.
const LONG_WORK_MS = 5_000
// A larger response is neither cached nor quoted in an error event.
const MAX_BUFFERED_BYTES = 16_777_216
const noHeaders: ResponseHeaders = {}

const reportedError: AttemptFailure = { error: 'reported an error', cause: 'request' }

function receiveHeaders(context: ForwardContext, status: number, headers: ResponseHeaders): void {
  if (context.lease) context.options.loadSignals.receiveHeaders(context.lease.endpoint, headers)
  if (!isFailureStatus(status)) context.lease?.responded()
  else {
    // Its body is read only where the client gets it.
    context.lease?.received()
    if (failOver(context, statusFailure(status, headers))) return
  }
  if (isRedirectStatus(status)) {
    const fault = gatewayError(
      'LB_ERR_UPSTREAM_BROKEN',
      'the endpoint answered with a redirect, which is not followed',
    )
    context.attempt?.abort()
    return failRequest(context, fault, statusFailure(status, headers))
  }
  const { prepared } = context.request
  if (prepared === undefined || !transition(context, 'receiving')) return
  clearBreaks(context)
  const { lease, options } = context
  if (lease !== undefined && lease.endpoint.missingRoutes.size > 0 && !mayLackRoute(status))
    options.missingRoutes.forget(lease.endpoint, lease.request.path)
  context.status = status
  context.headers = headers
  context.reader = createReader(context, prepared.asksUsage)
}

/** Sends the response's headers to the client: no other endpoint can serve the request any more. */
function commit(context: ForwardContext): void {
  const { client, endpoint, servedModel, route, tried, status, headers, reader, request, attribution } =
    context
  const name = endpoint?.config.name ?? ''
  // Refused where the first bytes complete the stream: it is settled already.
  transition(context, 'committed')
  if (reader?.isStream) {
    // It may last long: the other endpoints' failures are their own, and the prompt is not needed any more.
    if (attribution) countAgainstEndpoints(context.options.poisonRequests, attribution)
    request.prepared = context.translated = undefined
    request.prompt?.release()
    context.headers = noHeaders
  }
  if (hasSentHeaders(client)) {
    const served = servedModel === undefined ? '' : `: x-lb-model ${headerText(servedModel)}\n`
    const because = route === undefined ? '' : `: x-lb-route ${headerText(route)}\n`
    writeResponse(client, `: x-lb-endpoint ${name}\n${served}${because}\n`)
    return
  }
  const bodyIsUntouched = reader?.isStream === false && !isChanged(context)
  addDownstreamHeaders(client.headers, headers, { bodyIsUntouched })
  if (context.isTranslated) client.headers.push('x-lb-translated', 'chat')
  if (servedModel !== undefined) client.headers.push('x-lb-model', headerText(servedModel))
  if (route !== undefined) client.headers.push('x-lb-route', headerText(route))
  client.headers.push('x-lb-endpoint', name, 'x-lb-attempts', String(tried.length), 'x-lb-cache', 'MISS')
  // Where the endpoint says when a repetition may succeed, it is left to the client.
  if (isFailureStatus(status) && statusFailure(status, headers).retryAfterMs === undefined)
    client.headers.push('x-should-retry', 'false')
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

/** Reports a stream's progress to its lease, and settles it once the stream has reported its own end. */
function readProgress(context: ForwardContext, reader: ResponseReader, isComplete: boolean): void {
  const { deltas } = reader.facts
  if (deltas > 0) {
    context.ttftMs ??= context.request.record.elapsedMs()
    if (deltas > context.chargedDeltas) context.chargedDeltas = context.lease?.progress(deltas) ?? 0
  }
  if (isComplete) finish(context, { outcome: outcomeOf(context), status: context.status })
}

/** Whether the response must be read to its end before it is known that another endpoint is to be tried. */
const isHeld = ({ status, reader }: ForwardContext): boolean =>
  mayLackRoute(status) && reader?.isStream === false

function receiveData(context: ForwardContext, chunk: Buffer): void {
  const { reader, request, client, phase } = context
  if (reader === undefined || phase === 'ended') return
  noticeBytes(context)
  const isFirst = phase === 'receiving'
  // Where the client was sent the headers of an event stream, any other response becomes an error event.
  const becomesEvent = isFirst && !reader.isStream && hasSentHeaders(client)
  const ready = reader.push(chunk)
  keepObjects(context)
  // An engine that failed before its first token: the client has nothing of it yet.
  if (isFirst && reader.isStream && reader.facts.reportsError && reader.facts.deltas === 0)
    if (failOver(context, reportedError)) return
  if (reader.isStream && phase !== 'settled')
    readProgress(context, reader, ready !== null && reader.facts.done)
  if (ready === null) return
  const wasHeld = isFirst && isHeld(context)
  if (becomesEvent || wasHeld || request.cacheResponse) bufferChunk(context, ready)
  if (becomesEvent || (wasHeld && context.bufferedBytes <= MAX_ERROR_BYTES)) return
  if (isFirst) commit(context)
  const bytes = wasHeld ? Buffer.concat(context.buffered) : ready
  if (!writeResponse(client, bytes)) context.attempt?.pause()
}

/** Sends a response that is no stream, as an error event, to a client that was sent the headers of an event stream. */
function endAsEvent(context: ForwardContext, outcome: 'success' | AttemptFailure): void {
  const { client, request, buffered, status } = context
  finish(context, { outcome, status, errorCode: 'LB_ERR_UPSTREAM_BROKEN' })
  const event = request.api.errors.upstreamEvent(Buffer.concat(buffered), status)
  if (transition(context, 'ended')) endResponse(client, event)
}

/** Stores a complete response where that is wanted and possible. */
function cacheResponse({ request, status, headers, buffered, bufferedBytes }: ForwardContext): void {
  // The cache does not keep the encoding, so that it must not hold an encoded response.
  const isCacheable = bufferedBytes <= MAX_BUFFERED_BYTES && headers['content-encoding'] === undefined
  if (!request.cacheResponse || !isCacheable || status !== 200) return
  request.cacheResponse(
    Buffer.concat(buffered),
    downstreamType(headers['content-type'] ?? 'application/json'),
  )
}

function receiveEnd(context: ForwardContext): void {
  const { reader, client, request, phase, lease } = context
  if (phase === 'ended') return
  lease?.received()
  const rest = reader?.end() ?? null
  keepObjects(context)
  if (reader === undefined || reader.isCut()) {
    const fault = gatewayError(
      'LB_ERR_UPSTREAM_BROKEN',
      "the endpoint's answer broke off before it was complete",
    )
    return handleFault(context, fault, { error: fault.message, cause: 'request' }, rest)
  }
  const outcome = outcomeOf(context)
  const isFirst = phase === 'receiving'
  const isEvent = isFirst && !reader.isStream && hasSentHeaders(client)
  const wasHeld = isFirst && isHeld(context)
  if (rest && (isEvent || wasHeld || request.cacheResponse)) bufferChunk(context, rest)
  const held = wasHeld ? Buffer.concat(context.buffered) : undefined
  if (held && leaveLacking(context, held)) return
  if (reader.facts.reportsError && isFirst) {
    if (failOver(context, reportedError)) return
    // The body describes the error, but with status 200 clients would take it for a success.
    context.status = BAD_GATEWAY
  }
  if (isEvent) return endAsEvent(context, outcome)
  finish(context, { outcome, status: context.status })
  forgetDeleted(context)
  if (outcome === 'success') cacheResponse(context)
  if (isFirst) commit(context)
  if (transition(context, 'ended')) endResponse(client, held ?? rest ?? undefined)
}

/** Whether a repetition would run a second time what the endpoint has worked on for long, against its settings. */
function wouldRunTwice({ endpoint, request, attemptStartMs }: ForwardContext, error: Error): boolean {
  if (!isWorkTimeout(error) || endpoint?.config.retryOnTimeout) return false
  return request.record.elapsedMs() - attemptStartMs >= LONG_WORK_MS
}

function receiveError(context: ForwardContext, error: Error, isBreak: boolean): void {
  const fault = upstreamFault(error)
  const failure: AttemptFailure = {
    error: fault.message,
    isLocal: isLocalFault(error),
    cause: mayBeRequestFault(error) ? 'request' : 'endpoint',
    isBreak,
  }
  if (wouldRunTwice(context, error)) failRequest(context, fault, failure)
  else handleFault(context, fault, failure)
}

/** Receives the callbacks of every attempt. What is thrown in one ends its request, and goes no further. */
export const responseListener: AttemptListener<ForwardContext> = {
  onResponse(context, status, headers) {
    try {
      receiveHeaders(context, status, headers)
    } catch (error) {
      failInternally(context, error)
    }
  },
  onData(context, chunk) {
    try {
      receiveData(context, chunk)
    } catch (error) {
      failInternally(context, error)
    }
  },
  onEnd(context) {
    try {
      receiveEnd(context)
    } catch (error) {
      failInternally(context, error)
    }
  },
  onError(context, error, isBreak) {
    try {
      receiveError(context, error, isBreak)
    } catch (thrown) {
      failInternally(context, thrown)
    }
  },
}
