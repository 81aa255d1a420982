// Admits requests to endpoints, and queues them, within a bound, while all of their candidates are full.
import type { SetTimer } from '../timer.ts'
import type { Clock } from '../clock.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { createFairQueue, type QueueEntry } from './fair-queue.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import type { Lease } from '../lease/lease.ts'
import type { Refusal, Router, Selection } from '../routing/router.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { LeaseHooks } from '../lease/lease.ts'
import { createSlidingWindow } from '../limits/sliding-window.ts'

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
  /** Admits waiting requests as far as possible; to be called when something changed that may make room. */
  serveWaiting(): void
  /** Number of waiting requests by incoming block. */
  waiting(): ReadonlyMap<number, number>
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
}

interface WaitingEntry extends QueueEntry, WaitListener {
  cancelTimer(): void
}

// The window in which admissions from the queue are counted, for Retry-After.
const SPEED_WINDOW_MS = 10_000
const SPEED_BUCKETS = 20
const MAX_RETRY_S = 60
// No event marks the end of a cooldown, so the queue polls.
const SWEEP_INTERVAL_MS = 250

const foundFull = (selection: Selection): boolean =>
  'refusal' in selection && selection.refusal.code === 'LB_ERR_ALL_FULL'

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, guarantees, maxWaiting, timeoutMs, setTimer, onSize } = options
  const queue = createFairQueue<WaitingEntry>(guarantees)
  const admissions = createSlidingWindow(clock, SPEED_WINDOW_MS, SPEED_BUCKETS)
  let isServing = false
  let cancelSweep: (() => void) | undefined

  const router = options.createRouter({
    onCharge(request, tokens) {
      guarantees.charge(request.blockId, request.token, tokens)
      queue.charge(request, tokens)
    },
    onRelease: () => serveWaiting(),
  })

  const refuse = (code: 'LB_ERR_QUEUE_FULL' | 'LB_ERR_QUEUE_TIMEOUT', detail: string): Refusal => {
    const perSecond = admissions.perSecond()
    const waitS = perSecond > 0 ? queue.size() / perSecond : timeoutMs / 1000
    return { code, detail, retryAfterS: Math.min(MAX_RETRY_S, Math.max(1, Math.ceil(waitS))) }
  }

  const canBeServed = (entry: QueueEntry): boolean => !router.refusal(entry.request, entry.tried)

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

  const serveWaiting = (): void => {
    // Admitting a request may settle another lease synchronously, which calls back here.
    if (isServing || queue.size() === 0) return
    isServing = true
    try {
      for (let next = queue.findNext(canBeServed); next; next = queue.findNext(canBeServed)) {
        const selection = router.acquire(next.request, next.tried)
        if ('refusal' in selection) break
        cancel(next)
        admissions.add(1)
        next.onLease(selection.lease)
      }
    } finally {
      isServing = false
    }
  }

  /** Refuses requests that wait in vain because their endpoints were deleted or are in cooldown by now. */
  const sweep = (): void => {
    cancelSweep = setTimer(sweep, SWEEP_INTERVAL_MS)
    serveWaiting()
    for (const entry of queue.entries()) {
      const refusal = router.refusal(entry.request, entry.tried)
      if (refusal && refusal.code !== 'LB_ERR_ALL_FULL' && cancel(entry)) entry.onRefusal(refusal)
    }
  }

  const enqueue = (queued: QueueEntry & WaitListener): QueueTicket => {
    const entry: WaitingEntry = {
      ...queued,
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
      serveWaiting()
      const selection = router.acquire(request, tried)
      if (maxWaiting === 0 || listener === undefined || !foundFull(selection)) return selection
      if (queue.size() < maxWaiting) return { waiting: enqueue({ request, tried, ...listener }) }
      return { refusal: refuse('LB_ERR_QUEUE_FULL', 'all endpoints are busy and the queue is full') }
    },
    serveWaiting,
    waiting() {
      const byBlock = new Map<number, number>()
      for (const { request } of queue.entries())
        byBlock.set(request.blockId, (byBlock.get(request.blockId) ?? 0) + 1)
      return byBlock
    },
  }
}
