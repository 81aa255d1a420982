// Where one forwarded request stands, and how its leases and the request itself are accounted for.
import type { ErrorCode } from '../contract/error-codes.ts'
import type { Admission, Waiting } from '../core/admission.ts'
import type { Clock } from '../core/clock.ts'
import type { EndpointRuntime } from '../core/endpoint-runtime.ts'
import type { GatewayState } from '../core/gateway-state.ts'
import type { Lease } from '../core/lease.ts'
import type { Demand, Refusal } from '../core/router.ts'
import { tellStandings } from '../core/standings.ts'
import type { SuspectRequests } from '../core/suspect-requests.ts'
import type { AnswerReader } from './answer-reader.ts'
import type { AnswerHeaders, Attempt, AttemptListener } from './attempt.ts'
import { requestDigest } from './answer-from-cache.ts'
import { acquit, convict, weighFailure, type AttemptFailure, type Blame } from './blame.ts'
import { isOpen, type ClientResponse } from './client-response.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import type { Exchange } from './exchange.ts'
import type { PreparedBody } from './prepare-body.ts'
import type { UpstreamPools } from './upstream-pools.ts'

export interface ForwardOptions {
  readonly state: GatewayState
  readonly clock: Clock
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
  readonly suspects: SuspectRequests
}

/** What goes to whichever endpoint is selected. */
export interface ForwardRequest {
  readonly exchange: Exchange
  readonly rawHeaders: readonly string[]
  /** Until a stream begins: prompts may be long, and nobody else will be asked. */
  prepared: PreparedBody | undefined
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
  readonly client: ClientResponse<Flight>
  /** Who hears of its attempts; the same for all flights. */
  readonly listener: AttemptListener<Flight>
  /** It has waited for an endpoint with room, and in vain. */
  readonly onRefusal: (flight: Flight, refusal: Refusal) => void
  readonly tried: EndpointRuntime[]
  /** Of its failures; undefined while there was none. */
  blame: Blame | undefined
  /** What happened at each endpoint that failed it, in words; undefined while none did. */
  failures: Map<EndpointRuntime, string> | undefined
  /** Of the answer, where more is to become of it than to be passed on. */
  readonly kept: Buffer[]
  keptBytes: number
  /** Where its time before the commit is kept. */
  readonly deadlines: Deadlines<Flight>
  deadline: Deadline<Flight> | undefined
  keepalive: NodeJS.Timeout | undefined
  /** While every endpoint is full. */
  waiting: Waiting | undefined
  lease: Lease | undefined
  attempt: Attempt | undefined
  attemptStartMs: number
  status: number
  headers: AnswerHeaders
  /** Whether the present endpoint was asked for usage on the client's behalf. */
  asksUsage: boolean
  reader: AnswerReader | undefined
  ttftMs: number | undefined
  /** The client has bytes of an endpoint's answer: from then on there is no other endpoint. */
  committed: boolean
  /** Settled and reported; what still comes is only passed on. */
  finished: boolean
}

/** From here on it may take as long as it takes. */
export function endDeadline(flight: Flight): void {
  if (flight.deadline === undefined) return
  flight.deadlines.remove(flight.deadline)
  flight.deadline = undefined
}

type Outcome = 'success' | 'aborted' | AttemptFailure

/** @returns whether the failure is not to be counted against its endpoint, at least for now. */
function withholds(flight: Flight, failure: AttemptFailure): boolean {
  const { options, request } = flight
  const { prepared, demand } = request
  const digestOf = prepared && ((): string => requestDigest(prepared, demand.blockId))
  const { blame, isWithheld } = weighFailure(options.suspects, flight.blame, failure, digestOf)
  flight.blame = blame
  return isWithheld
}

/** Ends the present lease. @param superseded - another endpoint takes over. */
export function settle(flight: Flight, outcome: Outcome, superseded = false): void {
  const { lease, request, reader, options } = flight
  const facts = reader?.facts
  const failure = typeof outcome === 'object' && !outcome.isLocal ? outcome : undefined
  const isWithheld = failure !== undefined && withholds(flight, failure)
  if (lease && typeof outcome === 'object')
    flight.failures = (flight.failures ?? new Map<EndpointRuntime, string>()).set(
      lease.endpoint,
      outcome.error,
    )
  lease?.settle({
    outcome: typeof outcome === 'string' ? outcome : failure ? 'failure' : 'aborted',
    promptTokens: facts?.usage?.promptTokens,
    completionTokens: facts?.usage?.completionTokens,
    deltas: facts?.deltas ?? 0,
    latencyMs: request.exchange.elapsedMs() - flight.attemptStartMs,
    firstTokenMs: superseded ? undefined : flight.ttftMs,
    superseded,
    error: failure?.error,
    retryAfterMs: failure?.retryAfterMs,
    withheld: isWithheld,
  })
  if (flight.blame === undefined) return
  if (isWithheld && lease) flight.blame.withheld.push(lease)
  if (outcome === 'success') acquit(options.suspects, flight.blame)
  else if (failure && !superseded) convict(options.suspects, flight.blame, failure, flight.tried.length)
}

interface FlightEnd {
  readonly outcome: Outcome
  /** Of the answer, where the client has not seen another already. */
  readonly status: number
  readonly errorCode?: ErrorCode | undefined
}

const NONE: ReadonlyMap<EndpointRuntime, string> = new Map()

/** Of a failed request: what became of it at each endpoint, and why it did not go to the others while it could have. */
function tellEndpoints({ options, request, failures, committed }: Flight): Record<string, string> {
  const { state, clock } = options
  return tellStandings(state, committed ? undefined : request.demand, failures ?? NONE, clock())
}

/** The request's one end: its lease is settled and it is reported, before its last byte goes out. */
export function finish(flight: Flight, { outcome, status, errorCode }: FlightEnd): void {
  if (flight.finished) return
  flight.finished = true
  const { client, request, tried, reader } = flight
  endDeadline(flight)
  clearTimeout(flight.keepalive)
  settle(flight, outcome)
  request.exchange.finish({
    // An early event stream has told its client 200, whatever came of it.
    status: isOpen(client) && outcome !== 'aborted' ? client.raw.statusCode : status,
    outcome: typeof outcome === 'string' ? outcome : tried.length === 0 ? 'refused' : 'failure',
    endpoint: flight.lease?.endpoint.config.name,
    attempts: tried.length,
    usage: reader?.facts.usage,
    ttftMs: flight.ttftMs,
    errorCode,
    endpoints: typeof outcome === 'object' ? tellEndpoints(flight) : undefined,
  })
}
