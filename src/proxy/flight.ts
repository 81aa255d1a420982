// Where one forwarded request stands, and how its leases and the request itself are accounted for.
import type { ErrorCode } from '../contract/error-codes.ts'
import type { Admission, Waiting } from '../core/admission.ts'
import type { EndpointRuntime } from '../core/endpoint-runtime.ts'
import type { Lease } from '../core/lease.ts'
import type { Demand } from '../core/router.ts'
import type { AnswerReader } from './answer-reader.ts'
import type { AnswerHeaders, Attempt } from './attempt.ts'
import type { ClientResponse } from './client-response.ts'
import type { Exchange } from './exchange.ts'
import type { PreparedBody } from './prepare-body.ts'
import type { UpstreamPools } from './upstream-pools.ts'

export interface ForwardOptions {
  readonly admission: Admission
  readonly pools: UpstreamPools
  /** Further endpoints asked after a failure; 0 for none. */
  readonly failoverAttempts: number
  /** Bounds all attempts together, up to the commit. */
  readonly totalTimeoutMs: number
  /** How long a client may stop reading before it is cut. */
  readonly stallMs: number
  /** A stream that has waited this long is kept alive by comments; 0 for never. */
  readonly keepaliveMs: number
  readonly isDraining: () => boolean
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

/** One endpoint at a time, and of its answer what has come so far. */
export interface Flight {
  readonly options: ForwardOptions
  readonly request: ForwardRequest
  readonly client: ClientResponse
  readonly tried: EndpointRuntime[]
  /** Leases whose failures may be the request's own fault. */
  readonly withheld: Lease[]
  /** Of the answer, where more is to become of it than to be passed on. */
  readonly kept: Buffer[]
  keptBytes: number
  firstFailure: string | undefined
  deadline: NodeJS.Timeout | undefined
  keepalive: NodeJS.Timeout | undefined
  /** While every endpoint is full. */
  waiting: Waiting | undefined
  lease: Lease | undefined
  attempt: Attempt | undefined
  attemptStartMs: number
  status: number
  headers: AnswerHeaders
  reader: AnswerReader | undefined
  ttftMs: number | undefined
  /** The client has bytes of an endpoint's answer: from then on there is no other endpoint. */
  committed: boolean
  /** Settled and reported; what still comes is only passed on. */
  finished: boolean
}

/** Why an attempt failed. */
export interface AttemptFailure {
  /** In words without addresses and secrets; failures of the same words are alike. */
  readonly error: string
  readonly retryAfterMs?: number | undefined
  /** The balancer's own trouble, which no endpoint is to blame for. */
  readonly isLocal?: boolean
}

/** Ends the present lease. @param superseded - another endpoint takes over. */
export function settle(
  flight: Flight,
  outcome: 'success' | 'aborted' | AttemptFailure,
  superseded = false,
): void {
  const { lease, request, withheld } = flight
  const usage = flight.reader?.usage
  const failure = typeof outcome === 'object' && !outcome.isLocal ? outcome : undefined
  // A request that fails alike wherever it goes is poison, and only the first to take it has a failure to its name.
  const isAlike = failure !== undefined && failure.error === flight.firstFailure
  lease?.settle({
    outcome: typeof outcome === 'string' ? outcome : failure ? 'failure' : 'aborted',
    promptTokens: usage?.promptTokens,
    completionTokens: usage?.completionTokens,
    deltas: flight.reader?.deltas ?? 0,
    latencyMs: request.exchange.elapsedMs() - flight.attemptStartMs,
    firstTokenMs: superseded ? undefined : flight.ttftMs,
    superseded,
    error: failure?.error,
    retryAfterMs: failure?.retryAfterMs,
    withheld: isAlike,
  })
  if (isAlike && lease) withheld.push(lease)
  if (failure) flight.firstFailure ??= failure.error
  if (withheld.length > 0 && (outcome === 'success' || (failure && !isAlike))) {
    for (const one of withheld.splice(0)) one.blame()
  }
}

interface FlightEnd {
  readonly outcome: 'success' | 'aborted' | AttemptFailure
  /** What the client saw. */
  readonly status: number
  readonly errorCode?: ErrorCode | undefined
}

/** The request's one end: its lease is settled and it is reported, before its last byte goes out. */
export function finish(flight: Flight, { outcome, status, errorCode }: FlightEnd): void {
  if (flight.finished) return
  flight.finished = true
  clearTimeout(flight.deadline)
  clearTimeout(flight.keepalive)
  settle(flight, outcome)
  flight.request.exchange.finish({
    status,
    outcome: typeof outcome === 'string' ? outcome : flight.tried.length === 0 ? 'refused' : 'failure',
    endpoint: flight.lease?.endpoint.config.name,
    attempts: flight.tried.length,
    usage: flight.reader?.usage,
    ttftMs: flight.ttftMs,
    errorCode,
  })
}
