// Carries one request to an endpoint and its answer back: admission, attempts, commit, and every way it can end.
import type { ServerResponse } from 'node:http'
import type { WaitListener } from '../core/admission.ts'
import { gatewayError, type GatewayError } from '../core/gateway-error.ts'
import type { Lease } from '../core/lease.ts'
import type { Refusal } from '../core/router.ts'
import { createAnswerReader } from './answer-reader.ts'
import { startAttempt, type AnswerHeaders } from './attempt.ts'
import { createClientResponse } from './client-response.ts'
import { startKeepalive } from './early-stream.ts'
import { CLIENT_CLOSED_REQUEST } from './exchange.ts'
import {
  finish,
  settle,
  type AttemptFailure,
  type Flight,
  type ForwardOptions,
  type ForwardRequest,
} from './flight.ts'
import { downstreamHeaders, upstreamHeaders } from './header-policy.ts'
import { readRetryAfterMs } from './retry-after.ts'
import { spliceBody } from './splice-body.ts'
import { errorEvent, errorEventOf, isFailureStatus, isLocalFault, upstreamFault } from './upstream-fault.ts'

const BAD_GATEWAY = 502
// An answer larger than this is not kept, neither for the cache nor to be told in an event.
const MAX_KEPT_BYTES = 16_777_216

const toError = ({ code, detail, retryAfterS }: Refusal): GatewayError =>
  gatewayError(code, detail, { retryAfterS })

const listener = (flight: Flight): WaitListener => ({
  onLease: (lease) => launch(flight, lease),
  onRefusal(refusal) {
    flight.waiting = undefined
    fail(flight, toError(refusal), { error: refusal.detail, isLocal: true })
  },
})

/** Moves on to another endpoint where that is still possible. @returns whether it did. */
function failOver(flight: Flight, failure: AttemptFailure): boolean {
  const { options, request, tried, committed, finished } = flight
  if (committed || finished || tried.length > options.failoverAttempts) return false
  const admittance = options.admission.enter(request.demand, tried, listener(flight))
  if ('refusal' in admittance) return false
  flight.attempt?.abort()
  settle(flight, failure, true)
  flight.kept.length = 0
  flight.keptBytes = 0
  flight.lease = undefined
  flight.reader = undefined
  if ('lease' in admittance) launch(flight, admittance.lease)
  else flight.waiting = admittance.waiting
  return true
}

function launch(flight: Flight, lease: Lease): void {
  const { options, request } = flight
  const { prepared } = request
  const endpoint = lease.endpoint.config
  const upstream = options.pools.of(endpoint)
  const endsInUsage = prepared.kind === 'chat' || prepared.kind === 'completions'
  const asksUsage = prepared.stream && endsInUsage && endpoint.requestStreamUsage
  flight.waiting = undefined
  flight.lease = lease
  flight.attemptStartMs = request.exchange.elapsedMs()
  flight.tried.push(lease.endpoint)
  flight.attempt = startAttempt(
    upstream,
    {
      method: 'POST',
      path: request.path,
      headers: upstreamHeaders(request.rawHeaders, {
        requestId: request.exchange.requestId,
        authorization: upstream.authorization,
      }),
      body: spliceBody(prepared, {
        includeUsage: asksUsage,
        priority: request.demand.token?.requestPriority || undefined,
      }),
      headersTimeoutMs: endpoint.timeoutS * 1000,
      bodyTimeoutMs: endpoint.timeoutS * 1000,
    },
    {
      onAnswer: (status, headers) => takeAnswer(flight, status, headers, asksUsage),
      onData: (chunk) => takeData(flight, chunk),
      onEnd: () => takeEnd(flight),
      onError(error) {
        const fault = upstreamFault(error)
        takeFault(flight, fault, { error: fault.message, isLocal: isLocalFault(error) })
      },
    },
  )
}

const statusFailure = (status: number, headers: AnswerHeaders): AttemptFailure => ({
  error: `status ${status}`,
  retryAfterMs: status === 429 || status === 503 ? readRetryAfterMs(headers, Date.now()) : undefined,
})

function takeAnswer(flight: Flight, status: number, headers: AnswerHeaders, askedUsage: boolean): void {
  if (!isFailureStatus(status)) flight.lease?.responded()
  else if (failOver(flight, statusFailure(status, headers))) return
  const { kind, asksUsage } = flight.request.prepared
  flight.status = status
  flight.headers = headers
  flight.reader = createAnswerReader({ kind, status, headers, hideUsage: askedUsage && !asksUsage })
}

/** From here on the answer is this endpoint's. */
function commit(flight: Flight): void {
  const { client, lease, tried, status, headers, reader } = flight
  flight.committed = true
  clearTimeout(flight.deadline)
  clearTimeout(flight.keepalive)
  const name = lease?.endpoint.config.name ?? ''
  if (client.isOpen()) {
    client.write(`: x-lb-endpoint ${name}\n\n`)
    return
  }
  client.headers.push(...downstreamHeaders(headers, { bodyIsUntouched: reader?.isStream === false }))
  client.headers.push('x-lb-endpoint', name, 'x-lb-attempts', String(tried.length), 'x-lb-cache', 'MISS')
  if (isFailureStatus(status)) client.headers.push('x-should-retry', 'false')
  client.begin(status)
}

function send(flight: Flight, bytes: Buffer): void {
  if (!flight.committed) commit(flight)
  if (!flight.client.write(bytes)) flight.attempt?.pause()
}

function keepChunk(flight: Flight, chunk: Buffer): void {
  flight.keptBytes += chunk.length
  if (flight.keptBytes <= MAX_KEPT_BYTES) flight.kept.push(chunk)
  else flight.kept.length = 0
}

function takeData(flight: Flight, chunk: Buffer): void {
  const { reader, request, lease, client } = flight
  if (reader === undefined) return
  // Under a head that says event stream, any other answer is kept for the event it has to become.
  const becomesEvent = client.isOpen() && !flight.committed && !reader.isStream
  const ready = reader.push(chunk)
  if (reader.isStream && !flight.finished) {
    if (reader.deltas > 0) {
      flight.ttftMs ??= request.exchange.elapsedMs()
      lease?.progress(reader.deltas)
    }
    if (reader.done) finish(flight, { outcome: outcomeOf(flight), status: flight.status })
  }
  if (becomesEvent || request.keep) keepChunk(flight, chunk)
  if (ready !== null && !becomesEvent) send(flight, ready)
}

function outcomeOf({ status, headers, reader }: Flight): 'success' | AttemptFailure {
  if (isFailureStatus(status)) return statusFailure(status, headers)
  return reader?.tellsError ? { error: 'reported an error' } : 'success'
}

function takeEnd(flight: Flight): void {
  const { reader, client, request, headers } = flight
  const rest = reader?.end() ?? null
  if (reader === undefined) return
  if (reader.isCut) {
    const fault = gatewayError(
      'LB_ERR_UPSTREAM_BROKEN',
      "the endpoint's answer broke off before it was complete",
    )
    return takeFault(flight, fault, { error: fault.message }, rest)
  }
  const outcome = outcomeOf(flight)
  if (reader.tellsError && !flight.committed) {
    if (failOver(flight, { error: 'reported an error' })) return
    // The body says it all, but under a 200 clients would take it for an answer.
    flight.status = BAD_GATEWAY
  }
  finish(flight, { outcome, status: flight.status })
  if (client.isOpen() && !reader.isStream && !flight.committed) {
    return client.end(errorEventOf(Buffer.concat(flight.kept), flight.status, request.exchange.requestId))
  }
  // The cache knows of no encoding, and so must not hold an answer that has one.
  const isKept = flight.keptBytes <= MAX_KEPT_BYTES && headers['content-encoding'] === undefined
  if (request.keep && isKept && outcome === 'success' && flight.status === 200) {
    request.keep(Buffer.concat(flight.kept), String(headers['content-type'] ?? 'application/json'))
  }
  if (!flight.committed) commit(flight)
  client.end(rest ?? undefined)
}

/** The upstream failed: on to another endpoint while that is possible. */
function takeFault(
  flight: Flight,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  if (!failOver(flight, failure)) fail(flight, fault, failure, rest)
}

/** Ends the request with an error, and never with what looks like a whole answer. */
function fail(
  flight: Flight,
  fault: GatewayError,
  failure: AttemptFailure,
  rest: Buffer | null = null,
): void {
  const { client, reader, lease, tried, request, finished, committed } = flight
  const status = client.isOpen() ? flight.status : fault.statusCode
  finish(flight, { outcome: failure, status, errorCode: fault.code })
  if (!client.isOpen()) {
    if (lease) client.headers.push('x-lb-endpoint', lease.endpoint.config.name)
    if (tried.length > 0)
      client.headers.push('x-lb-attempts', String(tried.length), 'x-should-retry', 'false')
    client.refuse(fault)
    return
  }
  // A stream that had said that it is complete was complete.
  if (finished && reader?.isStream) return client.end(rest ?? undefined)
  if (committed && (!reader?.isStream || rest !== null || !reader.atBoundary)) return client.destroy()
  client.end(errorEvent(fault, request.exchange.requestId))
}

/**
 * @param headers - what every answer of ours carries, as the list that this one's are added to.
 * @returns a refusal where no endpoint can take the request; else the answer goes to `raw` when it comes.
 */
export function forward(
  options: ForwardOptions,
  request: ForwardRequest,
  raw: ServerResponse,
  headers: string[],
): GatewayError | null {
  const client = createClientResponse({
    raw,
    headers,
    requestId: request.exchange.requestId,
    isDraining: options.isDraining,
    stallMs: options.stallMs,
    onDrain: () => flight.attempt?.resume(),
    onGone() {
      flight.waiting?.leave()
      flight.attempt?.abort()
      finish(flight, { outcome: 'aborted', status: CLIENT_CLOSED_REQUEST })
    },
  })
  const flight: Flight = {
    options,
    request,
    client,
    tried: [],
    withheld: [],
    kept: [],
    keptBytes: 0,
    firstFailure: undefined,
    deadline: undefined,
    keepalive: undefined,
    waiting: undefined,
    lease: undefined,
    attempt: undefined,
    attemptStartMs: 0,
    status: 0,
    headers: {},
    reader: undefined,
    ttftMs: undefined,
    committed: false,
    finished: false,
  }
  const admittance = options.admission.enter(request.demand, [], listener(flight))
  if ('refusal' in admittance) {
    flight.finished = true
    return toError(admittance.refusal)
  }
  flight.deadline = setTimeout(() => {
    flight.waiting?.leave()
    flight.attempt?.abort()
    const fault = gatewayError('LB_ERR_UPSTREAM_TIMEOUT', 'no endpoint answered in time')
    fail(flight, fault, { error: fault.message, isLocal: flight.lease === undefined })
  }, options.totalTimeoutMs)
  if (options.keepaliveMs > 0 && request.prepared.stream) startKeepalive(flight)
  if ('lease' in admittance) launch(flight, admittance.lease)
  else flight.waiting = admittance.waiting
  return null
}
