// Where one forwarded request stands, and how its leases and the request itself are accounted for.
import type { ErrorCode } from '../../contract/error-codes.ts'
import type { Admission, QueueTicket } from '../../core/queue/admission.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { Lease } from '../../core/lease/lease.ts'
import type { Refusal } from '../../core/routing/router.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import { explainSelection } from '../../core/routing/explain-selection.ts'
import type { PoisonRequests } from '../../core/lease/poison-requests.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import type { ResponseHeaders, Attempt, AttemptListener } from '../../http/upstream-request.ts'
import { requestDigest } from '../response/response-from-cache.ts'
import {
  countAgainstEndpoints,
  markAsPoison,
  attributeFailure,
  type AttemptFailure,
  type FailureAttribution,
} from './failure-attribution.ts'
import { hasSentHeaders, type ClientResponse } from '../response/client-response.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import type { RequestRecord } from './request-record.ts'
import type { PreparedBody } from '../request/prepare-body.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

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
  readonly poisonRequests: PoisonRequests
}

/** What goes to whichever endpoint is selected. */
export interface ForwardRequest {
  readonly record: RequestRecord
  readonly rawHeaders: readonly string[]
  /** Until a stream begins: prompts may be long, and nobody else will be asked. */
  prepared: PreparedBody | undefined
  /** Without /v1, which the base URL has. */
  readonly path: string
  readonly routing: RoutingRequest
  /** Takes a whole successful answer, where it is to be kept. */
  readonly cacheResponse: ((body: Buffer, contentType: string) => void) | undefined
}

/** One endpoint at a time, and of its answer what has come so far. */
export interface ForwardContext {
  readonly options: ForwardOptions
  readonly request: ForwardRequest
  readonly client: ClientResponse<ForwardContext>
  /** Who hears of its attempts; the same for all flights. */
  readonly listener: AttemptListener<ForwardContext>
  /** It has waited for an endpoint with room, and in vain. */
  readonly onRefusal: (context: ForwardContext, refusal: Refusal) => void
  readonly tried: EndpointRuntime[]
  /** Of its failures; undefined while there was none. */
  attribution: FailureAttribution | undefined
  /** What happened at each endpoint that failed it, in words; undefined while none did. */
  failures: Map<EndpointRuntime, string> | undefined
  /** Of the answer, where more is to become of it than to be passed on. */
  readonly buffered: Buffer[]
  bufferedBytes: number
  /** Where its time before the commit is kept. */
  readonly deadlines: Deadlines<ForwardContext>
  deadline: Deadline<ForwardContext> | undefined
  keepalive: NodeJS.Timeout | undefined
  /** While every endpoint is full. */
  waiting: QueueTicket | undefined
  lease: Lease | undefined
  attempt: Attempt | undefined
  attemptStartMs: number
  status: number
  headers: ResponseHeaders
  /** Whether the present endpoint was asked for usage on the client's behalf. */
  asksUsage: boolean
  reader: ResponseReader | undefined
  ttftMs: number | undefined
  /** The client has bytes of an endpoint's answer: from then on there is no other endpoint. */
  committed: boolean
  /** Settled and reported; what still comes is only passed on. */
  finished: boolean
}

/** From here on it may take as long as it takes. */
export function endDeadline(context: ForwardContext): void {
  if (context.deadline === undefined) return
  context.deadlines.remove(context.deadline)
  context.deadline = undefined
}

type Outcome = 'success' | 'aborted' | AttemptFailure

/** @returns whether the failure is not to be counted against its endpoint, at least for now. */
function shouldWithhold(context: ForwardContext, failure: AttemptFailure): boolean {
  const { options, request } = context
  const { prepared, routing } = request
  const digestOf = prepared && ((): string => requestDigest(prepared, routing.blockId))
  const { attribution, isWithheld } = attributeFailure(
    options.poisonRequests,
    context.attribution,
    failure,
    digestOf,
  )
  context.attribution = attribution
  return isWithheld
}

/** Ends the present lease. @param superseded - another endpoint takes over. */
export function settle(context: ForwardContext, outcome: Outcome, superseded = false): void {
  const { lease, request, reader, options } = context
  const facts = reader?.facts
  const failure = typeof outcome === 'object' && !outcome.isLocal ? outcome : undefined
  const isWithheld = failure !== undefined && shouldWithhold(context, failure)
  if (lease && typeof outcome === 'object')
    context.failures = (context.failures ?? new Map<EndpointRuntime, string>()).set(
      lease.endpoint,
      outcome.error,
    )
  lease?.settle({
    outcome: typeof outcome === 'string' ? outcome : failure ? 'failure' : 'aborted',
    promptTokens: facts?.usage?.promptTokens,
    completionTokens: facts?.usage?.completionTokens,
    deltas: facts?.deltas ?? 0,
    latencyMs: request.record.elapsedMs() - context.attemptStartMs,
    firstTokenMs: superseded ? undefined : context.ttftMs,
    superseded,
    error: failure?.error,
    retryAfterMs: failure?.retryAfterMs,
    withheld: isWithheld,
  })
  if (context.attribution === undefined) return
  if (isWithheld && lease) context.attribution.withheld.push(lease)
  if (outcome === 'success') countAgainstEndpoints(options.poisonRequests, context.attribution)
  else if (failure && !superseded)
    markAsPoison(options.poisonRequests, context.attribution, failure, context.tried.length)
}

interface ForwardResult {
  readonly outcome: Outcome
  /** Of the answer, where the client has not seen another already. */
  readonly status: number
  readonly errorCode?: ErrorCode | undefined
}

const NO_FAILURES: ReadonlyMap<EndpointRuntime, string> = new Map()

/** Of a failed request: what became of it at each endpoint, and why it did not go to the others while it could have. */
function explainEndpoints({ options, request, failures, committed }: ForwardContext): Record<string, string> {
  const { state, clock } = options
  return explainSelection(state, committed ? undefined : request.routing, failures ?? NO_FAILURES, clock())
}

/** The request's one end: its lease is settled and it is reported, before its last byte goes out. */
export function finish(context: ForwardContext, { outcome, status, errorCode }: ForwardResult): void {
  if (context.finished) return
  context.finished = true
  const { client, request, tried, reader } = context
  endDeadline(context)
  clearTimeout(context.keepalive)
  settle(context, outcome)
  request.record.finish({
    // An early event stream has told its client 200, whatever came of it.
    status: hasSentHeaders(client) && outcome !== 'aborted' ? client.raw.statusCode : status,
    outcome: typeof outcome === 'string' ? outcome : tried.length === 0 ? 'refused' : 'failure',
    endpoint: context.lease?.endpoint.config.name,
    attempts: tried.length,
    usage: reader?.facts.usage,
    ttftMs: context.ttftMs,
    errorCode,
    endpoints: typeof outcome === 'object' ? explainEndpoints(context) : undefined,
  })
}
