// Lets requests wait in a bounded queue while every endpoint that they may go to is full.
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

/** Told once, and only of a request that had to wait. */
export interface WaitListener {
  onLease(lease: Lease): void
  onRefusal(refusal: Refusal): void
}

export interface QueueTicket {
  /** The client has left: gives up the place at once. */
  cancel(): void
}

type AdmissionResult = Selection | { readonly waiting: QueueTicket }

export interface Admission {
  /**
   * A lease or a refusal at once, or a place in the queue.
   * @param tried - endpoints that have failed this request already.
   */
  admit(request: RoutingRequest, tried: readonly EndpointRuntime[], listener: WaitListener): AdmissionResult
  /** Looks for room anew: something that may admit a waiting request has changed. */
  serveWaiting(): void
  /** How many wait now, by incoming block. */
  waiting(): ReadonlyMap<number, number>
}

export interface AdmissionOptions {
  /** The router is the queue's own: nobody else selects. */
  readonly createRouter: (hooks: LeaseHooks) => Router
  readonly clock: Clock
  readonly guarantees: GuaranteeLedger
  /** Places; 0 for none: a request that finds everything full is refused. */
  readonly maxWaiting: number
  readonly timeoutMs: number
  /** Calls back after so many milliseconds. @returns what takes it back. */
  readonly setTimer: SetTimer
  /** Told of every change of how many wait. */
  readonly onSize?: (waiting: number) => void
}

interface WaitingEntry extends QueueEntry, WaitListener {
  cancelTimer(): void
}

// Speed of the queue: how many were let in lately.
const SPEED_WINDOW_MS = 10_000
const SPEED_BUCKETS = 20
const MAX_RETRY_S = 60
// An endpoint may be back from cooldown without anyone being told.
const SWEEP_INTERVAL_MS = 250

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

  /** @returns whether it was still waiting. */
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
    // Letting one in may end another's lease in the same turn.
    if (isServing || queue.size() === 0) return
    isServing = true
    for (let next = queue.findNext(canBeServed); next; next = queue.findNext(canBeServed)) {
      const selection = router.acquire(next.request, next.tried)
      if ('refusal' in selection) break
      cancel(next)
      admissions.add(1)
      next.onLease(selection.lease)
    }
    isServing = false
  }

  /** Nobody waits for what cannot come: endpoints that were deleted, or set aside, meanwhile. */
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
      const isFull = 'refusal' in selection && selection.refusal.code === 'LB_ERR_ALL_FULL'
      if (!isFull || maxWaiting === 0) return selection
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
