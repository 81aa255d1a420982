// Lets requests wait in a bounded queue while every endpoint that they may go to is full.
import type { Clock } from './clock.ts'
import type { EndpointRuntime } from './endpoint-runtime.ts'
import { createFairQueue, type Place } from './fair-queue.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import type { Lease } from './lease.ts'
import type { Demand, Refusal, Router, RouterHooks, Selection } from './router.ts'
import { createSlidingWindow } from './sliding-window.ts'

/** Told once, and only of a request that had to wait. */
export interface WaitListener {
  onLease(lease: Lease): void
  onRefusal(refusal: Refusal): void
}

export interface Waiting {
  /** The client has left: gives up the place at once. */
  leave(): void
}

type Admittance = Selection | { readonly waiting: Waiting }

export interface Admission {
  /**
   * A lease or a refusal at once, or a place in the queue.
   * @param tried - endpoints that have failed this request already.
   */
  enter(demand: Demand, tried: readonly EndpointRuntime[], listener: WaitListener): Admittance
  /** Looks for room anew: something that may admit a waiting request has changed. */
  pump(): void
  /** How many wait now, by incoming block. */
  waiting(): ReadonlyMap<number, number>
}

export interface AdmissionOptions {
  /** The router is the queue's own: nobody else selects. */
  readonly createRouter: (hooks: RouterHooks) => Router
  readonly clock: Clock
  readonly guarantees: GuaranteeLedger
  /** Places; 0 for none: a request that finds everything full is refused. */
  readonly maxWaiting: number
  readonly timeoutMs: number
  /** Calls back after so many milliseconds. @returns what takes it back. */
  readonly setTimer: (callback: () => void, ms: number) => () => void
  /** Told of every change of how many wait. */
  readonly onSize?: (waiting: number) => void
}

interface WaitingPlace extends Place, WaitListener {
  cancelTimer(): void
}

// Speed of the queue: how many were let in lately.
const SPEED_WINDOW_MS = 10_000
const SPEED_BUCKETS = 20
const MAX_RETRY_S = 60
// An endpoint may be back from cooldown without anyone being told.
const PATROL_MS = 250

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, guarantees, maxWaiting, timeoutMs, setTimer, onSize } = options
  const queue = createFairQueue<WaitingPlace>(guarantees)
  const departures = createSlidingWindow(clock, SPEED_WINDOW_MS, SPEED_BUCKETS)
  let pumping = false
  let cancelPatrol: (() => void) | undefined

  const router = options.createRouter({
    onCharge(demand, tokens) {
      guarantees.charge(demand.blockId, demand.token, tokens)
      queue.charge(demand, tokens)
    },
    onRelease: () => pump(),
  })

  const refuse = (code: 'LB_ERR_QUEUE_FULL' | 'LB_ERR_QUEUE_TIMEOUT', detail: string): Refusal => {
    const perSecond = departures.perSecond()
    const waitS = perSecond > 0 ? queue.size() / perSecond : timeoutMs / 1000
    return { code, detail, retryAfterS: Math.min(MAX_RETRY_S, Math.max(1, Math.ceil(waitS))) }
  }

  /** @returns whether it was still waiting. */
  const leave = (place: WaitingPlace): boolean => {
    if (!queue.remove(place)) return false
    place.cancelTimer()
    onSize?.(queue.size())
    if (queue.size() > 0) return true
    cancelPatrol?.()
    cancelPatrol = undefined
    return true
  }

  const pump = (): void => {
    // Letting one in may end another's lease in the same turn.
    if (pumping || queue.size() === 0) return
    pumping = true
    const canBeServed = ({ demand, tried }: Place): boolean => router.refusal(demand, tried) === undefined
    for (let next = queue.findNext(canBeServed); next; next = queue.findNext(canBeServed)) {
      const selection = router.acquire(next.demand, next.tried)
      if ('refusal' in selection) break
      leave(next)
      departures.add(1)
      next.onLease(selection.lease)
    }
    pumping = false
  }

  /** Nobody waits for what cannot come: endpoints that were deleted, or set aside, meanwhile. */
  const patrol = (): void => {
    cancelPatrol = setTimer(patrol, PATROL_MS)
    pump()
    for (const place of queue.places()) {
      const refusal = router.refusal(place.demand, place.tried)
      if (refusal && refusal.code !== 'LB_ERR_ALL_FULL' && leave(place)) place.onRefusal(refusal)
    }
  }

  const wait = (demand: Demand, tried: readonly EndpointRuntime[], listener: WaitListener): Waiting => {
    const place: WaitingPlace = {
      ...listener,
      demand,
      tried,
      cancelTimer: setTimer(() => {
        if (leave(place)) place.onRefusal(refuse('LB_ERR_QUEUE_TIMEOUT', 'no endpoint became free in time'))
      }, timeoutMs),
    }
    queue.add(place)
    onSize?.(queue.size())
    cancelPatrol ??= setTimer(patrol, PATROL_MS)
    return { leave: () => void leave(place) }
  }

  return {
    enter(demand, tried, listener) {
      pump()
      const selection = router.acquire(demand, tried)
      const isFull = 'refusal' in selection && selection.refusal.code === 'LB_ERR_ALL_FULL'
      if (!isFull || maxWaiting === 0) return selection
      if (queue.size() < maxWaiting) return { waiting: wait(demand, tried, listener) }
      return { refusal: refuse('LB_ERR_QUEUE_FULL', 'all endpoints are busy and the queue is full') }
    },
    pump,
    waiting() {
      const byBlock = new Map<number, number>()
      for (const { demand } of queue.places())
        byBlock.set(demand.blockId, (byBlock.get(demand.blockId) ?? 0) + 1)
      return byBlock
    },
  }
}
