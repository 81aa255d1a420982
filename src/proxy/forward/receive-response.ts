// Passes an endpoint's response on to the client, and settles the request by what the response reports.
import { gatewayError } from '../../core/gateway-error.ts'
import { isTranslatable } from '../../core/routing/also-as-call.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import type { ResponseHeaders, AttemptListener } from '../../http/upstream-request.ts'
import { countAgainstEndpoints, type AttemptFailure } from './failure-attribution.ts'
import { beginResponse, endResponse, hasSentHeaders, writeResponse } from '../response/client-response.ts'
import { failInternally, failRequest } from './fail-request.ts'
import { finish } from './finish-request.ts'
import { transition, type ForwardContext } from './forward-context.ts'
import { addDownstreamHeaders, downstreamType } from '../response/downstream-headers.ts'
import { failOver, handleFault } from './dispatch.ts'
import { clearBreaks } from './request-breaks.ts'
import { headerText } from '../is-sendable.ts'
import { createBodyRename } from '../response/rename-model.ts'
import { translateError } from '../translation/translate-error.ts'
import { createReader, isChanged, isUnreadable, renamedTo } from './create-reader.ts'
import { MAX_ERROR_BYTES } from '../upstream/error-body.ts'
import { mayLackRoute, saysRouteMissing } from '../upstream/says-route-missing.ts'
import { saysModelMissing } from '../models/says-model-missing.ts'
import { readRetryAfterMs } from '../upstream/retry-after.ts'
import {
  causeOfStatus,
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

const statusFailure = (status: number, headers: ResponseHeaders): AttemptFailure => ({
  error: `status ${status}`,
  retryAfterMs: status === 429 || status === 503 ? readRetryAfterMs(headers, Date.now()) : undefined,
  cause: causeOfStatus(status),
})

const modelMissing: AttemptFailure = { error: 'does not have the model', isLocal: true }
const routeMissing: AttemptFailure = { error: 'does not have the route', isLocal: true }
const reportedError: AttemptFailure = { error: 'reported an error', cause: 'request' }

function receiveHeaders(context: ForwardContext, status: number, headers: ResponseHeaders): void {
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
  if (!isUnreadable(context)) context.reader = createReader(context, prepared.asksUsage)
  else
    handleFault(context, gatewayError('LB_ERR_UPSTREAM_BROKEN', 'the endpoint encoded its response'), {
      error: 'encoded its response',
    })
}

/** Sends the response's headers to the client: no other endpoint can serve the request any more. */
function commit(context: ForwardContext): void {
  const { client, endpoint, servedModel, tried, status, headers, reader, request, attribution } = context
  const name = endpoint?.config.name ?? ''
  // Refused where the first bytes complete the stream: it is settled already.
  transition(context, 'committed')
  if (reader?.isStream) {
    // It may last long: the other endpoints' failures are their own, and the prompt is not needed any more.
    if (attribution) countAgainstEndpoints(context.options.poisonRequests, attribution)
    request.prepared = context.translated = undefined
    context.headers = noHeaders
  }
  if (hasSentHeaders(client)) {
    const served = servedModel === undefined ? '' : `: x-lb-model ${headerText(servedModel)}\n`
    writeResponse(client, `: x-lb-endpoint ${name}\n${served}\n`)
    return
  }
  const bodyIsUntouched = reader?.isStream === false && !isChanged(context)
  addDownstreamHeaders(client.headers, headers, { bodyIsUntouched })
  if (context.isTranslated) client.headers.push('x-lb-translated', 'chat')
  if (servedModel !== undefined) client.headers.push('x-lb-model', headerText(servedModel))
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
    context.lease?.progress(deltas)
  }
  if (isComplete) finish(context, { outcome: outcomeOf(context), status: context.status })
}

/** Whether the response must be read to its end before it is known that another endpoint is to be tried. */
const isHeld = ({ status, reader }: ForwardContext): boolean =>
  mayLackRoute(status) && reader?.isStream === false

function receiveData(context: ForwardContext, chunk: Buffer): void {
  const { reader, request, client, phase, lease } = context
  if (reader === undefined || phase === 'ended') return
  lease?.received()
  const isFirst = phase === 'receiving'
  // Where the client was sent the headers of an event stream, any other response becomes an error event.
  const becomesEvent = isFirst && !reader.isStream && hasSentHeaders(client)
  const ready = reader.push(chunk)
  // An engine that failed before its first token: the client has nothing of it yet.
  if (isFirst && reader.isStream && reader.facts.reportsError && reader.facts.deltas === 0)
    if (failOver(context, reportedError)) return
  if (reader.isStream && phase !== 'settled')
    readProgress(context, reader, ready !== null && reader.facts.done)
  const wasHeld = isFirst && isHeld(context)
  if (becomesEvent || (request.cacheResponse && !wasHeld)) bufferChunk(context, chunk)
  if (ready === null || becomesEvent) return
  if (wasHeld) bufferChunk(context, ready)
  if (wasHeld && context.bufferedBytes <= MAX_ERROR_BYTES) return
  if (isFirst) commit(context)
  const bytes = wasHeld ? Buffer.concat(context.buffered) : ready
  if (!writeResponse(client, bytes)) context.attempt?.pause()
}

/** Sends a response that is no stream, as an error event, to a client that was sent the headers of an event stream. */
function endAsEvent(context: ForwardContext, outcome: 'success' | AttemptFailure): void {
  const { client, request, buffered, status } = context
  finish(context, { outcome, status, errorCode: 'LB_ERR_UPSTREAM_BROKEN' })
  const sent = Buffer.concat(buffered)
  const body = context.isTranslated ? translateError(sent, status) : sent
  const event = request.api.errors.upstreamEvent(body, status)
  if (transition(context, 'ended')) endResponse(client, event)
}

/** Sends a request elsewhere whose model or route the endpoint turns out to lack. @returns whether it did. */
function leaveLacking(context: ForwardContext, body: Buffer): boolean {
  const { options, lease, request, status, tried } = context
  if (lease === undefined) return false
  if (lease.request.model !== undefined && saysModelMissing(body)) {
    options.modelCatalog.reportLack(lease.endpoint, lease.request.model)
    return failOver(context, modelMissing, { isFree: true })
  }
  // An endpoint that is known to lack the route is asked only where all others do as well.
  const isNews =
    saysRouteMissing(status, body) && options.missingRoutes.learn(lease.endpoint, lease.request.path)
  if (!isNews) return false
  // The endpoint may be asked again, for the call that the request can be translated into.
  const isOwnCall = !context.isTranslated && isTranslatable(request.routing)
  if (isOwnCall) tried.pop()
  if (failOver(context, routeMissing, { isFree: true })) return true
  if (isOwnCall) tried.push(lease.endpoint)
  return false
}

/** Stores a complete response where that is wanted and possible. */
function cacheResponse(context: ForwardContext): void {
  const { request, status, headers, buffered, bufferedBytes } = context
  // The cache does not keep the encoding, so that it must not hold an encoded response.
  const isCacheable = bufferedBytes <= MAX_BUFFERED_BYTES && headers['content-encoding'] === undefined
  // What is in the buffer is the endpoint's own response.
  if (!request.cacheResponse || !isCacheable || status !== 200 || context.isTranslated) return
  const body = Buffer.concat(buffered)
  const name = renamedTo(context)
  request.cacheResponse(
    name === undefined ? body : createBodyRename(name)(body),
    downstreamType(headers['content-type'] ?? 'application/json'),
  )
}

function receiveEnd(context: ForwardContext): void {
  const { reader, client, phase, lease } = context
  if (phase === 'ended') return
  lease?.received()
  const rest = reader?.end() ?? null
  if (reader === undefined || reader.isCut()) {
    const fault = gatewayError(
      'LB_ERR_UPSTREAM_BROKEN',
      "the endpoint's answer broke off before it was complete",
    )
    return handleFault(context, fault, { error: fault.message, cause: 'request' }, rest)
  }
  const outcome = outcomeOf(context)
  const isFirst = phase === 'receiving'
  // What becomes an event is in the buffer to its last byte.
  const isEvent = isFirst && !reader.isStream && hasSentHeaders(client)
  const held =
    isFirst && isHeld(context)
      ? Buffer.concat([...context.buffered, ...(rest && !isEvent ? [rest] : [])])
      : undefined
  if (held && leaveLacking(context, held)) return
  if (reader.facts.reportsError && isFirst) {
    if (failOver(context, reportedError)) return
    // The body describes the error, but with status 200 clients would take it for a success.
    context.status = BAD_GATEWAY
  }
  if (isEvent) return endAsEvent(context, outcome)
  finish(context, { outcome, status: context.status })
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
