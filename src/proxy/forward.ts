// Carries one request to an endpoint and its answer back: attempts, commit, and every way it can end.
import type { FastifyReply } from 'fastify'
import type { OutgoingHttpHeaders } from 'node:http'
import type { ErrorCode } from '../contract/error-codes.ts'
import type { EndpointRuntime } from '../core/endpoint-runtime.ts'
import { gatewayError, type GatewayError } from '../core/gateway-error.ts'
import type { Lease } from '../core/lease.ts'
import type { Demand, Router } from '../core/router.ts'
import { createAnswerReader, type AnswerReader } from './answer-reader.ts'
import { startAttempt, type AnswerHeaders, type Attempt } from './attempt.ts'
import { createClientResponse, type ClientResponse } from './client-response.ts'
import { CLIENT_CLOSED_REQUEST, type Exchange } from './exchange.ts'
import { downstreamHeaders, upstreamHeaders } from './header-policy.ts'
import type { PreparedBody } from './prepare-body.ts'
import { spliceBody } from './splice-body.ts'
import { errorEvent, isFailureStatus, upstreamFault } from './upstream-fault.ts'
import type { UpstreamPools } from './upstream-pools.ts'

export interface ForwardOptions {
  readonly router: Router
  readonly pools: UpstreamPools
  /** Further endpoints asked after a failure; 0 for none. */
  readonly failoverAttempts: number
  /** Bounds all attempts together, up to the commit. */
  readonly totalTimeoutMs: number
  /** How long a client may stop reading before it is cut. */
  readonly stallMs: number
}

/** What goes to whichever endpoint is selected. */
export interface ForwardRequest {
  readonly exchange: Exchange
  readonly rawHeaders: readonly string[]
  readonly prepared: PreparedBody
  /** Without /v1, which the base URL has. */
  readonly path: string
  readonly demand: Demand
  /** Takes a whole successful answer, where it is to be kept. */
  readonly keep: ((body: Buffer, contentType: string) => void) | undefined
}

/** Where a request stands: one attempt at a time, and of its answer what has come so far. */
interface Flight {
  readonly options: ForwardOptions
  readonly request: ForwardRequest
  readonly reply: FastifyReply
  readonly client: ClientResponse
  readonly tried: EndpointRuntime[]
  readonly kept: Buffer[]
  deadline: NodeJS.Timeout | undefined
  lease: Lease
  attempt: Attempt | undefined
  status: number
  headers: AnswerHeaders
  reader: AnswerReader | undefined
  ttftMs: number | undefined
  /** Settled and reported; what still comes is only passed on. */
  finished: boolean
}

const BAD_GATEWAY = 502

type Outcome = 'success' | 'failure' | 'aborted'

function settle(flight: Flight, outcome: Outcome): void {
  const { lease, reader, request } = flight
  lease.settle({
    outcome,
    promptTokens: reader?.usage?.promptTokens,
    completionTokens: reader?.usage?.completionTokens,
    deltas: reader?.deltas ?? 0,
    latencyMs: request.exchange.elapsedMs(),
  })
}

/** The request's one end: its lease is settled and it is reported, before its last byte goes out. */
function finish(flight: Flight, outcome: Outcome, status: number, errorCode?: ErrorCode): void {
  if (flight.finished) return
  flight.finished = true
  clearTimeout(flight.deadline)
  settle(flight, outcome)
  flight.request.exchange.finish({
    status,
    outcome,
    endpoint: flight.lease.endpoint.config.name,
    attempts: flight.tried.length,
    usage: flight.reader?.usage,
    ttftMs: flight.ttftMs,
    errorCode,
  })
}

/** Moves on to another endpoint where that is still possible. @returns whether it did. */
function failOver(flight: Flight): boolean {
  const { options, request, tried, client } = flight
  if (client.isCommitted() || tried.length > options.failoverAttempts) return false
  const selection = options.router.acquire(request.demand, tried)
  if ('refusal' in selection) return false
  flight.attempt?.abort()
  settle(flight, 'failure')
  launch(flight, selection.lease)
  return true
}

function launch(flight: Flight, lease: Lease): void {
  const { options, request } = flight
  const endpoint = lease.endpoint.config
  const upstream = options.pools.of(endpoint)
  const asksUsage = request.prepared.stream && endpoint.requestStreamUsage && canAskUsage(request.prepared)
  flight.lease = lease
  flight.reader = undefined
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
      body: spliceBody(request.prepared, {
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
      onError: (error) => takeFault(flight, upstreamFault(error)),
    },
  )
}

const canAskUsage = ({ kind }: PreparedBody): boolean => kind === 'chat' || kind === 'completions'

function takeAnswer(flight: Flight, status: number, headers: AnswerHeaders, askedUsage: boolean): void {
  if (!isFailureStatus(status)) flight.lease.responded()
  else if (failOver(flight)) return
  const { kind, asksUsage } = flight.request.prepared
  flight.status = status
  flight.headers = headers
  flight.reader = createAnswerReader({ kind, status, headers, hideUsage: askedUsage && !asksUsage })
}

function commit({ client, reply, lease, tried, status, headers, reader, deadline }: Flight): void {
  clearTimeout(deadline)
  reply.headers(downstreamHeaders(headers, { bodyIsUntouched: reader?.isStream === false }))
  reply.header('x-lb-endpoint', lease.endpoint.config.name).header('x-lb-attempts', String(tried.length))
  reply.header('x-lb-cache', 'MISS')
  if (isFailureStatus(status)) reply.header('x-should-retry', 'false')
  // While the server drains, a client must not send its next request down this connection.
  if (!reply.server.server.listening) reply.header('connection', 'close')
  reply.hijack()
  client.begin(status, reply.getHeaders() as OutgoingHttpHeaders)
}

function send(flight: Flight, bytes: Buffer): void {
  if (!flight.client.isCommitted()) commit(flight)
  if (!flight.client.write(bytes)) flight.attempt?.pause()
}

function takeData(flight: Flight, chunk: Buffer): void {
  const { reader, request, lease } = flight
  if (reader === undefined) return
  const ready = reader.push(chunk)
  if (reader.isStream && !flight.finished) {
    if (reader.deltas > 0) {
      flight.ttftMs ??= request.exchange.elapsedMs()
      lease.progress(reader.deltas)
    }
    if (reader.done) finish(flight, reader.tellsError ? 'failure' : 'success', flight.status)
  }
  if (request.keep) flight.kept.push(chunk)
  if (ready !== null) send(flight, ready)
}

function takeEnd(flight: Flight): void {
  const { reader, client, request, headers } = flight
  const rest = reader?.end() ?? null
  if (reader === undefined) return
  if (reader.isCut) return takeFault(flight, brokenOff(), rest)
  if (reader.tellsError && !client.isCommitted()) {
    if (failOver(flight)) return
    // The body says it all, but under a 200 clients would take it for an answer.
    flight.status = BAD_GATEWAY
  }
  const { status } = flight
  const failed = isFailureStatus(status) || reader.tellsError
  finish(flight, failed ? 'failure' : 'success', status)
  if (request.keep && !failed && status === 200) {
    request.keep(Buffer.concat(flight.kept), String(headers['content-type'] ?? 'application/json'))
  }
  if (!client.isCommitted()) commit(flight)
  client.end(rest ?? undefined)
}

const brokenOff = (): GatewayError =>
  gatewayError('LB_ERR_UPSTREAM_BROKEN', "the endpoint's answer broke off before it was complete")

/** The upstream failed: on to another endpoint while that is possible. */
function takeFault(flight: Flight, fault: GatewayError, rest: Buffer | null = null): void {
  if (!failOver(flight)) fail(flight, fault, rest)
}

/** Ends the request with an error, and never with what looks like a whole answer. */
function fail(flight: Flight, fault: GatewayError, rest: Buffer | null = null): void {
  const { client, reader, reply, lease, tried, request, finished } = flight
  if (!client.isCommitted()) {
    finish(flight, 'failure', fault.statusCode, fault.code)
    reply.header('x-lb-endpoint', lease.endpoint.config.name).header('x-lb-attempts', String(tried.length))
    reply.header('x-should-retry', 'false').send(fault)
    return
  }
  finish(flight, 'failure', flight.status, fault.code)
  // A stream that had said that it is complete was complete.
  if (finished && reader?.isStream) return client.end(rest ?? undefined)
  if (!reader?.isStream || rest !== null || !reader.atBoundary) return client.destroy()
  client.end(errorEvent(fault, request.exchange.requestId))
}

/** @returns a refusal where no endpoint can take the request; else the answer goes to `reply` when it comes. */
export function forward(
  options: ForwardOptions,
  request: ForwardRequest,
  reply: FastifyReply,
): GatewayError | null {
  const selection = options.router.acquire(request.demand)
  if ('refusal' in selection) {
    const { code, detail, retryAfterS } = selection.refusal
    return gatewayError(code, detail, { retryAfterS })
  }
  const client = createClientResponse({
    raw: reply.raw,
    stallMs: options.stallMs,
    onDrain: () => flight.attempt?.resume(),
    onGone() {
      flight.attempt?.abort()
      finish(flight, 'aborted', CLIENT_CLOSED_REQUEST)
    },
  })
  const flight: Flight = {
    options,
    request,
    reply,
    client,
    tried: [],
    kept: [],
    deadline: setTimeout(() => {
      flight.attempt?.abort()
      fail(flight, gatewayError('LB_ERR_UPSTREAM_TIMEOUT', 'no endpoint answered in time'))
    }, options.totalTimeoutMs),
    lease: selection.lease,
    attempt: undefined,
    status: 0,
    headers: {},
    reader: undefined,
    ttftMs: undefined,
    finished: false,
  }
  launch(flight, selection.lease)
  return null
}
