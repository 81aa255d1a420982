// Admits requests to endpoints, and queues them, within a bound, while all of their candidates are full.
import type { SetTimer } from '../timer.ts'
import type { Clock } from '../clock.ts'
import type { Explanation } from '../decisions/explain-request.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { CandidateSet } from './candidate-index.ts'
import { queuesByBlock, type BlockQueue } from './block-queue.ts'
import { createFairQueue, type FairQueue } from './fair-queue.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import type { Lease } from '../lease/lease.ts'
import type { Refusal } from '../routing/refusal.ts'
import type { Router, Selection } from '../routing/router.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { LeaseHooks } from '../lease/lease.ts'
import { createSlidingWindow } from '../limits/sliding-window.ts'
import { createRoomHandler, isFullRefusal } from './room-handler.ts'
import { createWaitingDemand } from './waiting-demand.ts'

/** Exactly one of the two is called, once, and only for a request that was queued and not cancelled. */
export interface WaitListener {
  onLease(lease: Lease): void
  onRefusal(refusal: Refusal): void
}

export interface QueueTicket {
  /** Removes the request from the queue, because its client left. */
  cancel(): void
}

type AdmissionResult = Selection | { readonly waiting: QueueTicket }

export interface AdmissionExplanation extends Explanation {
  /** Whether it would wait in the queue. */
  readonly waits: boolean
}

export interface Admission {
  /**
   * Returns a lease or a refusal, or queues the request and returns its ticket.
   * @param tried - endpoints that have failed this request already.
   * @param listener - undefined for a request that must not wait: it is refused where all of its candidates are full.
   */
  admit(
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
    listener: WaitListener | undefined,
  ): AdmissionResult
  /** What `admit` would do with a new request now. Changes nothing. */
  explain(request: RoutingRequest): AdmissionExplanation
  /**
   * Admits waiting requests as far as possible and refuses those that wait in vain; to be called when something may
   * have made room that is not the end of a lease.
   */
  serveWaiting(): void
  /** Admits waiting requests to the endpoint; to be called when it has been granted more slots. */
  serveRoom(endpoint: EndpointRuntime): void
  /** Whether a request that waits for the endpoint is of a client token that has had less than it is guaranteed. */
  isOwed(endpoint: EndpointRuntime): boolean
  /** One request of each candidate set that waits for the endpoint, among others. */
  waitingFor(endpoint: EndpointRuntime): readonly RoutingRequest[]
  /** The waiting requests of each incoming block that has any. */
  waiting(): ReadonlyMap<number, BlockQueue>
}

export interface AdmissionOptions {
  /** The queue creates its router and is its only caller. */
  readonly createRouter: (hooks: LeaseHooks) => Router
  readonly clock: Clock
  readonly guarantees: GuaranteeLedger
  /** Most requests that may wait; with 0 a request whose candidates are all full is refused. */
  readonly maxWaiting: number
  readonly timeoutMs: number
  readonly setTimer: SetTimer
  /** Called on every change of the number of waiting requests. */
  readonly onSize?: (waiting: number) => void
  /** Called when the number of waiting requests that the endpoint could serve becomes or ceases to be 0, or about doubles or halves. */
  readonly onDemand?: (endpointId: number, waiting: number) => void
}

interface WaitingEntry extends CandidateSet, WaitListener {
  readonly sinceMs: number
  cancelTimer(): void
}

// The window in which admissions from the queue are counted, for Retry-After.
const SPEED_WINDOW_MS = 10_000
const SPEED_BUCKETS = 20
const MAX_RETRY_S = 60
// No event marks the end of a cooldown, so the queue polls.
const SWEEP_INTERVAL_MS = 250

/** Whether a request does not wait, whatever the queue holds. */
const isFinal = (selection: Selection, maxWaiting: number): boolean =>
  'lease' in selection || maxWaiting === 0 || !isFullRefusal(selection.refusal)

function explainAdmission(
  router: Router,
  queue: FairQueue<WaitingEntry>,
  maxWaiting: number,
  request: RoutingRequest,
): AdmissionExplanation {
  const explanation = router.explain(request)
  const isFull = explanation.refusal !== undefined && isFullRefusal(explanation.refusal)
  const waits = isFull || queue.hasSetOf({ request, tried: [] })
  return { ...explanation, waits: waits && queue.size() < maxWaiting }
}

function createReaders(
  router: Router,
  queue: FairQueue<WaitingEntry>,
  clock: Clock,
): Pick<Admission, 'isOwed' | 'waitingFor' | 'waiting'> {
  const setsWith = (endpoint: EndpointRuntime) =>
    queue.setsWith(endpoint, (request) => router.isWired(request, endpoint))
  return {
    isOwed: (endpoint) => setsWith(endpoint).some((set) => set.first()?.isBelow),
    waitingFor: (endpoint) => setsWith(endpoint).map(({ request }) => request),
    waiting: () => queuesByBlock(queue.sets(), clock()),
  }
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, guarantees, maxWaiting, timeoutMs, setTimer, onSize, onDemand } = options
  const admissions = createSlidingWindow(clock, SPEED_WINDOW_MS, SPEED_BUCKETS)
  let cancelSweep: (() => void) | undefined

  const router = options.createRouter({
    onCharge(request, tokens) {
      guarantees.charge(request.blockId, request.token, tokens)
      queue.charge(request, tokens)
    },
    onRoom: (endpoint) => serveAfter(endpoint),
    onScopes: () => queue.regroup(),
  })
  const queue = createFairQueue<WaitingEntry>({
    isBelow: (token) => guarantees.isBelow(token),
    candidateKey: ({ request, tried }) => router.candidateKey(request, tried),
    demand: onDemand && createWaitingDemand({ endpointsOf: router.endpointsOf, onDemand }),
  })

  const refuse = (code: 'LB_ERR_QUEUE_FULL' | 'LB_ERR_QUEUE_TIMEOUT', detail: string): Refusal => {
    const perSecond = admissions.perSecond()
    const waitS = perSecond > 0 ? queue.size() / perSecond : timeoutMs / 1000
    return { code, detail, retryAfterS: Math.min(MAX_RETRY_S, Math.max(1, Math.ceil(waitS))) }
  }

  /** @returns whether the entry was still waiting. */
  const cancel = (entry: WaitingEntry): boolean => {
    if (!queue.remove(entry)) return false
    entry.cancelTimer()
    onSize?.(queue.size())
    if (queue.size() > 0) return true
    cancelSweep?.()
    cancelSweep = undefined
    return true
  }

  const serveAfter = createRoomHandler({
    queue,
    router,
    onLease(entry, lease) {
      cancel(entry)
      admissions.add(1)
      entry.onLease(lease)
    },
    onRefusal(entry, refusal) {
      if (cancel(entry)) entry.onRefusal(refusal)
    },
  })

  const sweep = (): void => {
    cancelSweep = setTimer(sweep, SWEEP_INTERVAL_MS)
    serveAfter('anything')
  }

  const enqueue = (queued: CandidateSet & WaitListener): QueueTicket => {
    const entry: WaitingEntry = {
      ...queued,
      sinceMs: clock(),
      cancelTimer: setTimer(() => {
        if (cancel(entry)) entry.onRefusal(refuse('LB_ERR_QUEUE_TIMEOUT', 'no endpoint became free in time'))
      }, timeoutMs),
    }
    queue.add(entry)
    onSize?.(queue.size())
    cancelSweep ??= setTimer(sweep, SWEEP_INTERVAL_MS)
    return { cancel: () => void cancel(entry) }
  }

  return {
    admit(request, tried, listener) {
      // Others wait with the same candidates only while these are full.
      if (listener === undefined || !queue.hasSetOf({ request, tried })) {
        const selection = router.acquire(request, tried)
        if (listener === undefined || isFinal(selection, maxWaiting)) return selection
      }
      if (queue.size() < maxWaiting) return { waiting: enqueue({ request, tried, ...listener }) }
      return { refusal: refuse('LB_ERR_QUEUE_FULL', 'all endpoints are busy and the queue is full') }
    },
    explain: (request) => explainAdmission(router, queue, maxWaiting, request),
    serveWaiting() {
      queue.regroup()
      serveAfter('anything')
    },
    serveRoom: serveAfter,
    ...createReaders(router, queue, clock),
  }
}
