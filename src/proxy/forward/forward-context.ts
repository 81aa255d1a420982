// The record of one forwarded request: what belongs to it, and the phase that says which of it is in use.
import type { Logger } from 'pino'
import type { Admission, QueueTicket } from '../../core/queue/admission.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { Lease } from '../../core/lease/lease.ts'
import type { LinkedList, ListNode } from '../../core/linked-list.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { ObjectPins } from '../../core/pins/object-pins.ts'
import type { BreakingRequests } from '../../core/lease/breaking-requests.ts'
import type { PoisonRequests } from '../../core/lease/poison-requests.ts'
import type { AddressedCall } from '../apis/api.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import type { Attempt } from '../../http/upstream/connection-pool.ts'
import type { AttemptListener } from '../../http/upstream/upstream-request.ts'
import type { FailureAttribution } from './failure-attribution.ts'
import type { ClientResponse } from '../response/client-response.ts'
import type { HedgeBudget } from '../../core/limits/hedge-budget.ts'
import type { Deadline, Deadlines } from '../../http/deadlines.ts'
import type { RequestRecord } from './request-record.ts'
import type { RequestPrompt } from '../routing/request-prompt.ts'
import type { PreparedBody } from '../request/prepare-body.ts'
import type { UpstreamHeaders } from '../request/upstream-headers.ts'
import type { MissingRoutes } from '../../core/apis/missing-routes.ts'
import type { ModelCatalog } from '../../core/models/model-catalog.ts'
import type { LoadSignals } from '../load/load-signals.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

export interface ForwardOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly admission: Admission
  readonly pools: UpstreamPools
  /** How many further endpoints a request may go to after a failure; 0 for none. */
  readonly failoverAttempts: number
  /** Bounds the time from arrival to commit, over all attempts. */
  readonly totalTimeoutMs: number
  /** Interval of the comments that keep a waiting stream alive; 0 for none. */
  readonly keepaliveMs: number
  readonly isDraining: () => boolean
  readonly poisonRequests: PoisonRequests
  readonly breakingRequests: BreakingRequests
  readonly upstreamHeaders: UpstreamHeaders
  /** Learns that an endpoint lacks a model. */
  readonly modelCatalog: Pick<ModelCatalog, 'refresh' | 'reportLack'>
  /** Learns that an endpoint lacks a route. */
  readonly missingRoutes: Pick<MissingRoutes, 'learn' | 'forget'>
  /** Learns the load that an endpoint tells in the header of a response. */
  readonly loadSignals: Pick<LoadSignals, 'asksHeader' | 'receiveHeaders'>
  /** Learns which endpoint keeps what it has made. */
  readonly objectPins: Pick<ObjectPins, 'add' | 'awaitUsage' | 'takeAwaited' | 'remove'>
  /** Waits without a first byte after which an endpoint is taken for hung. */
  readonly failThreshold: number
  /** Bounds how many requests that wait at a hung endpoint are moved to others; undefined where none are. */
  readonly hedgeBudget: HedgeBudget | undefined
  readonly logger: Pick<Logger, 'info' | 'warn'>
  /** All requests that are not settled. */
  readonly open: LinkedList<ForwardContext>
  /** Logs an exception that was no GatewayError; must not throw. */
  readonly onInternalError: (error: unknown, requestId: string) => void
}

/** What is sent to the selected endpoint, whichever it is. */
export interface ForwardRequest extends AddressedCall {
  readonly record: RequestRecord
  readonly rawHeaders: readonly string[]
  /** Dropped when a stream is committed: it may be long, and no other endpoint will need it. */
  prepared: PreparedBody | undefined
  /** That of `routing`, which holds the body too. */
  readonly prompt: RequestPrompt | undefined
  readonly routing: RoutingRequest
  /** Whether the endpoint may keep the objects that its response names. */
  readonly keepsObjects: boolean
  /** Stores a complete successful response; undefined where responses are not cached. */
  readonly cacheResponse: ((body: Buffer, contentType: string) => void) | undefined
}

/**
 * Where a request stands. Each phase names what the context holds in it:
 * - `new`: nothing yet;
 * - `queued`: a ticket of the admission queue, and no lease;
 * - `awaiting-headers`: a lease, and an attempt once it has been started;
 * - `receiving`: a lease, an attempt and a reader, but the client has no byte of the response;
 * - `committed`: the same, and the client has bytes: no other endpoint can serve the request any more;
 * - `settled`: the lease is settled and the request reported; the rest of the response is only passed on;
 * - `ended`: the client's response has been ended or its connection is closed; every callback is ignored.
 */
export type ForwardPhase =
  | 'new'
  | 'queued'
  | 'awaiting-headers'
  | 'receiving'
  | 'committed'
  | 'settled'
  | 'ended'

/** Failover leads from `awaiting-headers` and `receiving` back to `queued` or to another `awaiting-headers`. */
const successors: Readonly<Record<ForwardPhase, readonly ForwardPhase[]>> = {
  new: ['awaiting-headers', 'queued', 'settled'],
  queued: ['awaiting-headers', 'settled'],
  'awaiting-headers': ['receiving', 'awaiting-headers', 'queued', 'settled'],
  receiving: ['committed', 'settled', 'awaiting-headers', 'queued'],
  committed: ['settled'],
  settled: ['ended'],
  ended: [],
}

/** One forwarded request with its present endpoint and what has arrived of the response; a node of the list of open requests. */
export interface ForwardContext extends ListNode<ForwardContext> {
  readonly options: ForwardOptions
  readonly request: ForwardRequest
  readonly client: ClientResponse<ForwardContext>
  /** Receives the callbacks of every attempt; the same object for all requests. */
  readonly listener: AttemptListener<ForwardContext>
  /** Changed by `transition` alone. */
  phase: ForwardPhase
  /** The endpoints that the request was sent to, in order. */
  readonly tried: EndpointRuntime[]
  /** What the failures so far have in common; undefined before the first. */
  attribution: FailureAttribution | undefined
  /** The error of each endpoint that failed; undefined before the first. */
  failures: Map<EndpointRuntime, string> | undefined
  /** What the client gets of the response, where it is cached, becomes an error event, or may say that the endpoint lacks the model or the route. */
  readonly buffered: Buffer[]
  bufferedBytes: number
  /** How many of the objects that the response names are remembered. */
  keptObjects: number
  /** Holds `deadline`. */
  readonly deadlines: Deadlines<ForwardContext>
  /** Bounds the time to the commit; undefined afterwards. */
  deadline: Deadline<ForwardContext> | undefined
  keepalive: NodeJS.Timeout | undefined
  /** Set in `queued` alone. */
  ticket: QueueTicket | undefined
  /** Set exactly while a lease is held and not settled. */
  lease: Lease | undefined
  /** Whether the lease has been told of a byte. */
  hasBytes: boolean
  /** Up to so many deltas the lease need not be told of progress. */
  chargedDeltas: number
  /** The endpoint of the present lease, or of the last one after it was settled; undefined in `queued`. */
  endpoint: EndpointRuntime | undefined
  /** The name by which the endpoint was asked for the model, where it is not the client's. */
  servedModel: string | undefined
  /** Why the endpoint was selected, for the client; undefined where it is not to be told. */
  route: string | undefined
  /** Whether the present endpoint was asked for another call, into which the request was translated. */
  isTranslated: boolean
  /** The request as that call, once it has been translated. */
  translated: PreparedBody | undefined
  attempt: Attempt | undefined
  /** When the selection began that found no endpoint, for its explanation; undefined where none has. */
  refusedAtMs: number | undefined
  /** Whether it was moved from a hung endpoint, which is done once. */
  isHedged: boolean
  attemptStartMs: number
  /** Length of the request's body, which is dropped at the commit of a stream. */
  readonly bodyBytes: number
  status: number
  headers: ResponseHeaders
  /** Whether usage was requested from the present endpoint on the client's behalf. */
  asksUsage: boolean
  reader: ResponseReader | undefined
  ttftMs: number | undefined
}

/** Whether the client has no byte of a response yet, so that another endpoint may serve the request. */
export const isUncommitted = ({ phase }: ForwardContext): boolean =>
  phase === 'new' || phase === 'queued' || phase === 'awaiting-headers' || phase === 'receiving'

function endWait(context: ForwardContext): void {
  if (context.deadline !== undefined) context.deadlines.remove(context.deadline)
  context.deadline = undefined
  clearTimeout(context.keepalive)
  context.keepalive = undefined
}

/**
 * Changes the phase and releases what the next one does not hold, a lease apart: `finish` and `failOver` settle it, since
 * they know the outcome.
 * @returns false, with nothing changed, where the present phase does not lead to `next`.
 */
export function transition(context: ForwardContext, next: ForwardPhase): boolean {
  if (!successors[context.phase].includes(next)) return false
  context.phase = next
  if (next === 'committed' || next === 'settled') endWait(context)
  if (context.ticket !== undefined) {
    // Has no effect where the wait is over.
    context.ticket.cancel()
    context.ticket = undefined
  }
  if (next === 'ended') {
    // Has no effect where the attempt is over.
    context.attempt?.abort()
    context.attempt = undefined
  } else if (next === 'awaiting-headers' || next === 'queued') {
    context.attempt = undefined
    context.endpoint = context.route = undefined
    context.reader = undefined
    // To shorten an array that is empty already is a call of the runtime all the same.
    if (context.buffered.length > 0) context.buffered.length = 0
    context.bufferedBytes = 0
    context.keptObjects = 0
  }
  return true
}
