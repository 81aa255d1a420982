// Sends a request to the selected endpoint, and to the next one where it fails before the commit.
import type { GatewayError } from '../../core/gateway-error.ts'
import type { Lease } from '../../core/lease/lease.ts'
import type { ByteReservation } from '../../core/limits/byte-budget.ts'
import type { QueueTicket, WaitListener } from '../../core/queue/admission.ts'
import { refusalError, type Refusal } from '../../core/routing/refusal.ts'
import type { Api } from '../apis/api.ts'
import type { PreparedBody } from '../request/prepare-body.ts'
import { noBodyMemory } from '../request/read-body.ts'
import { isTranslated, servedApi, translateBody } from '../translation/translated-call.ts'
import type { Upload } from '../request/upload.ts'
import { spliceBody } from '../request/splice-body.ts'
import type { Readable } from 'node:stream'
import { LOAD_HEADER_REQUEST } from '../load/read-load-header.ts'
import { upstreamPath, type Upstream } from '../upstream/upstream-pools.ts'
import { startUpstreamRequest } from '../../http/upstream/upstream-request.ts'
import { failInternally, failRequest } from './fail-request.ts'
import { hasBegunWork, type AttemptFailure } from './failure-attribution.ts'
import { settleLease } from './finish-request.ts'
import { transition, type ForwardContext } from './forward-context.ts'
import { recordBreak } from './request-breaks.ts'

type Granted = { readonly lease: Lease } | { readonly waiting: QueueTicket }

/** Attaches a lease. @returns false where the request has ended meanwhile; the lease is given back unused. */
function attachLease(context: ForwardContext, lease: Lease): boolean {
  if (!transition(context, 'awaiting-headers')) {
    lease.settle({
      outcome: 'aborted',
      promptTokens: undefined,
      completionTokens: undefined,
      deltas: 0,
      latencyMs: 0,
      superseded: true,
    })
    return false
  }
  context.lease = lease
  context.hasBytes = false
  context.chargedDeltas = 0
  context.endpoint = lease.endpoint
  context.route = lease.route
  return true
}

/** Attaches what the admission granted, before anything is done with it that may throw. */
export function attachGranted(context: ForwardContext, granted: Granted): void {
  if ('lease' in granted) attachLease(context, granted.lease)
  else if (transition(context, 'queued')) context.ticket = granted.waiting
  else granted.waiting.cancel()
}

/** The name by which the endpoint is asked for the model; undefined where the request names none. */
const upstreamModel = ({ endpoint, request: { model } }: Lease): string | undefined =>
  model === undefined ? undefined : endpoint.served.upstreamName(model)

function headersFor(
  { options, request, lease }: ForwardContext,
  upstream: Upstream,
  { upload, bytes, stream }: PreparedBody,
  spliced: Buffer,
): string[] {
  const headers = options.upstreamHeaders(request.rawHeaders, {
    requestId: request.record.requestId,
    credentials: upstream.credentials,
    instanceId: upstream.instanceId,
  })
  // The headers of a stream are sent before its load is known.
  if (lease && !stream && options.loadSignals.asksHeader(lease.endpoint)) headers.push(...LOAD_HEADER_REQUEST)
  // Without it the body is sent in chunks.
  if (upload?.length !== undefined)
    headers.push('content-length', String(upload.length + spliced.length - bytes.length))
  return headers
}

/** The client's body cannot be read to its end, which is no fault of the endpoint. */
function failUpload(context: ForwardContext, fault: GatewayError): void {
  try {
    context.attempt?.abort()
    failRequest(context, fault, { error: fault.message, isLocal: true })
  } catch (error) {
    failInternally(context, error)
  }
}

const spliced = (
  { asksUsage, servedModel, request }: ForwardContext,
  { takesPriority }: Api,
  prepared: PreparedBody,
): Buffer =>
  spliceBody(prepared, {
    includeUsage: asksUsage,
    priority: (takesPriority && request.routing.token?.requestPriority) || undefined,
    model: servedModel,
  })

/** @throws gatewayError LB_ERR_BAD_REQUEST where it cannot be translated, LB_ERR_BODY_MEMORY where it does not fit into the memory. */
function translate(prepared: PreparedBody, memory: ByteReservation | undefined): PreparedBody {
  const translated = translateBody(prepared)
  // It is kept beside the client's own, which another endpoint may be sent.
  if (memory && !memory.take(translated.bytes.length)) throw noBodyMemory()
  return translated
}

/** What is sent, as the lease's endpoint serves it. */
function preparedFor(context: ForwardContext, prepared: PreparedBody, lease: Lease): PreparedBody {
  const { api, record } = context.request
  if (!isTranslated(api, lease)) return prepared
  return (context.translated ??= translate(prepared, record.bodyMemory))
}

/** @param upload - of the rest, where `bytes` are the first only. */
function bodyFor(
  context: ForwardContext,
  upload: Upload | undefined,
  bytes: Buffer,
): Buffer | Readable | null {
  if (context.request.api.method !== 'POST') return null
  if (upload === undefined) return bytes
  context.lease?.unwatch()
  return upload.open(bytes, (fault) => failUpload(context, fault))
}

/** Starts an attempt at the lease's endpoint. Does nothing where the lease is not attached. */
export function send(context: ForwardContext, lease: Lease): void {
  if (context.lease !== lease) return
  const { options, request, listener, tried } = context
  if (request.prepared === undefined) throw new Error('a request is not sent again after its commit')
  const api = servedApi(request.api, lease)
  context.isTranslated = api !== request.api
  const prepared = preparedFor(context, request.prepared, lease)
  const { config } = lease.endpoint
  const attempts = tried.push(lease.endpoint)
  const timeoutMs = config.timeoutS * 1000
  const { upload } = prepared
  const mayRepeat = upload === undefined && api.mayRepeat(prepared)
  context.attemptStartMs = request.record.elapsedMs()
  context.asksUsage = prepared.stream && api.endsInUsage && config.requestStreamUsage
  const model = upstreamModel(lease)
  context.servedModel = request.record.servedModel = model === prepared.model ? undefined : model
  const upstream = options.pools.of(config)
  const bytes = spliced(context, api, prepared)
  // A query is of the call that the client knows.
  const query = api === request.api ? request.query : ''
  const attempt = startUpstreamRequest(
    upstream,
    {
      method: api.method,
      path: upstreamPath(upstream, lease.request.path) + query,
      headers: headersFor(context, upstream, prepared, bytes),
      body: bodyFor(context, upload, bytes),
      timeoutMs,
      mayRepeat,
      // A connection that turns out to be closed would cost what cannot be sent again.
      isAlone: !mayRepeat,
    },
    listener,
    context,
  )
  // An error may be reported before it returns: then the request has been sent elsewhere, is queued or has ended.
  if (tried.length === attempts && context.lease !== undefined) context.attempt = attempt
  else attempt.abort()
}

const refuse = (context: ForwardContext, refusal: Refusal): void =>
  failRequest(context, refusalError(refusal), { error: refusal.detail, isLocal: true })

const waitListener = (context: ForwardContext): WaitListener => ({
  onLease(lease) {
    try {
      if (attachLease(context, lease)) send(context, lease)
    } catch (error) {
      failInternally(context, error)
    }
  },
  onRefusal(refusal) {
    try {
      refuse(context, refusal)
    } catch (error) {
      failInternally(context, error)
    }
  },
})

/** Requests an endpoint that has not been tried. @returns what `attachGranted` takes, or a refusal. */
export function requestLease(
  context: ForwardContext,
  mayWait = true,
): Granted | { readonly refusal: Refusal } {
  const { admission, clock } = context.options
  const askedAtMs = clock()
  const granted = admission.admit(
    context.request.routing,
    context.tried,
    mayWait ? waitListener(context) : undefined,
  )
  if ('refusal' in granted) context.refusedAtMs = askedAtMs
  return granted
}

interface FailoverOptions {
  /** Whether it may exceed the number of failovers: the endpoint has not failed. Default false. */
  readonly isFree?: boolean
  /** Whether it may wait in the queue for another endpoint. Default true. */
  readonly mayWait?: boolean
}

const NO_OPTIONS: FailoverOptions = {}

/** Moves on to another endpoint where that is still possible. @returns whether it did. */
export function failOver(
  context: ForwardContext,
  failure: AttemptFailure,
  { isFree = false, mayWait = true } = NO_OPTIONS,
): boolean {
  const { options, request, tried, phase, lease, reader, attempt } = context
  if (phase !== 'awaiting-headers' && phase !== 'receiving') return false
  if (lease === undefined || (!isFree && tried.length > options.failoverAttempts)) return false
  const { prepared } = request
  if (prepared === undefined || prepared.upload?.hasBegun()) return false
  if (hasBegunWork(failure) && !request.api.mayRepeat(prepared)) return false
  const granted = requestLease(context, mayWait)
  if ('refusal' in granted) return false
  // Settling a lease serves the queue, which may hold this very request: its next lease must not be taken for the old one.
  context.lease = undefined
  attachGranted(context, granted)
  try {
    attempt?.abort()
  } finally {
    settleLease(context, lease, reader, failure, true)
  }
  if ('lease' in granted) send(context, granted.lease)
  return true
}

/** Moves on to another endpoint after a failure of the upstream, or ends the request where that is not possible. */
export function handleFault(
  context: ForwardContext,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  const breaks = failure.isBreak ? recordBreak(context) : undefined
  if (breaks !== undefined || !failOver(context, failure))
    failRequest(context, breaks ?? fault, failure, rest)
}
