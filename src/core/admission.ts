// Lets requests wait in a bounded queue while every endpoint that they may go to is full, and decides who is next.
import type { Clock } from './clock.ts'
import type { EndpointRuntime } from './endpoint-runtime.ts'
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

export type Admittance = Selection | { readonly waiting: Waiting }

export interface Admission {
  /**
   * A lease or a refusal at once, or a place in the queue.
   * @param tried - endpoints that have failed this request already.
   */
  enter(demand: Demand, tried: readonly EndpointRuntime[], listener: WaitListener): Admittance
  /** Looks for places anew: something that may admit a waiting request has changed. */
  pump(): void
  /** Requests waiting. */
  size(): number
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
}

interface Place {
  readonly demand: Demand
  readonly tried: readonly EndpointRuntime[]
  readonly listener: WaitListener
  readonly arrival: number
  cancelTimer(): void
}

/** The waiting requests of one client token: first come, first served. */
interface Flow {
  readonly places: Set<Place>
  /** Tokens its requests were charged since they had to wait for others. */
  served: number
}

interface Candidate {
  readonly flow: Flow
  readonly place: Place
  readonly isBelow: boolean
}

// Speed of the queue: how many were let in lately.
const SPEED_WINDOW_MS = 10_000
const SPEED_BUCKETS = 20
const MAX_RETRY_S = 60
// An endpoint may be back from cooldown without anyone being told.
const PATROL_MS = 250

const flowKey = ({ token, blockId }: Demand): string =>
  token === null ? `block ${blockId}` : `token ${token.id}`

const priorityOf = ({ demand }: Place): number => demand.token?.requestPriority ?? 0

/** Negative when `a` is let in first. */
const compare = (a: Candidate, b: Candidate): number =>
  Number(b.isBelow) - Number(a.isBelow) ||
  priorityOf(a.place) - priorityOf(b.place) ||
  a.flow.served - b.flow.served ||
  a.place.arrival - b.place.arrival

/** Flows of the present time of contention; forgotten when nobody waits any more, so that nobody pays for idle times. */
function createFlows() {
  const flows = new Map<string, Flow>()
  const lowestServed = (): number => {
    let lowest = Infinity
    for (const flow of flows.values()) if (flow.places.size > 0) lowest = Math.min(lowest, flow.served)
    return lowest === Infinity ? 0 : lowest
  }
  return {
    all: () => flows.values(),
    add(place: Place): void {
      const key = flowKey(place.demand)
      const known = flows.get(key)
      // Who comes later catches nothing up.
      if (known?.places.size === 0) known.served = Math.max(known.served, lowestServed())
      const flow = known ?? { places: new Set(), served: lowestServed() }
      flow.places.add(place)
      flows.set(key, flow)
    },
    remove: (place: Place): boolean => flows.get(flowKey(place.demand))?.places.delete(place) ?? false,
    charge(demand: Demand, tokens: number): void {
      const flow = flows.get(flowKey(demand))
      if (flow) flow.served += tokens
    },
    clear: () => flows.clear(),
  }
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { clock, guarantees, maxWaiting, timeoutMs, setTimer } = options
  const flows = createFlows()
  const departures = createSlidingWindow(clock, SPEED_WINDOW_MS, SPEED_BUCKETS)
  let waiting = 0
  let arrivals = 0
  let pumping = false
  let cancelPatrol: (() => void) | undefined

  const router = options.createRouter({
    onCharge(demand, tokens) {
      guarantees.charge(demand.blockId, demand.token, tokens)
      flows.charge(demand, tokens)
    },
    onRelease: () => pump(),
  })

  const refuse = (code: 'LB_ERR_QUEUE_FULL' | 'LB_ERR_QUEUE_TIMEOUT', detail: string): Refusal => {
    const perSecond = departures.perSecond()
    const waitS = perSecond > 0 ? waiting / perSecond : timeoutMs / 1000
    return { code, detail, retryAfterS: Math.min(MAX_RETRY_S, Math.max(1, Math.ceil(waitS))) }
  }

  /** @returns whether it was still waiting. */
  const leave = (place: Place): boolean => {
    if (!flows.remove(place)) return false
    place.cancelTimer()
    waiting -= 1
    if (waiting > 0) return true
    flows.clear()
    cancelPatrol?.()
    cancelPatrol = undefined
    return true
  }

  const findNext = (): Candidate | undefined => {
    let next: Candidate | undefined
    for (const flow of flows.all()) {
      for (const place of flow.places) {
        if (router.hasRoom(place.demand, place.tried)) {
          const candidate = { flow, place, isBelow: guarantees.isBelow(place.demand.token) }
          if (next === undefined || compare(candidate, next) < 0) next = candidate
          break
        }
        // Those behind it have the same endpoints to go to; one that has tried some of them may have fewer.
        if (place.tried.length === 0) break
      }
    }
    return next
  }

  const pump = (): void => {
    // Letting one in may end another's lease in the same turn.
    if (pumping || waiting === 0) return
    pumping = true
    for (let next = findNext(); next !== undefined; next = findNext()) {
      const { demand, tried, listener } = next.place
      const selection = router.acquire(demand, tried)
      if ('refusal' in selection) break
      leave(next.place)
      departures.add(1)
      listener.onLease(selection.lease)
    }
    pumping = false
  }

  /** Nobody waits for what cannot come: endpoints that were deleted, or set aside, meanwhile. */
  const patrol = (): void => {
    cancelPatrol = setTimer(patrol, PATROL_MS)
    pump()
    for (const flow of [...flows.all()]) {
      for (const place of [...flow.places]) {
        const refusal = router.refusal(place.demand, place.tried)
        if (refusal && refusal.code !== 'LB_ERR_ALL_FULL' && leave(place)) place.listener.onRefusal(refusal)
      }
    }
  }

  const wait = (demand: Demand, tried: readonly EndpointRuntime[], listener: WaitListener): Waiting => {
    const place: Place = {
      demand,
      tried,
      listener,
      arrival: (arrivals += 1),
      cancelTimer: setTimer(() => {
        if (!leave(place)) return
        listener.onRefusal(refuse('LB_ERR_QUEUE_TIMEOUT', 'no endpoint became free in time'))
      }, timeoutMs),
    }
    flows.add(place)
    waiting += 1
    cancelPatrol ??= setTimer(patrol, PATROL_MS)
    return { leave: () => void leave(place) }
  }

  return {
    enter(demand, tried, listener) {
      pump()
      const selection = router.acquire(demand, tried)
      if (!('refusal' in selection) || selection.refusal.code !== 'LB_ERR_ALL_FULL' || maxWaiting === 0) {
        return selection
      }
      if (waiting >= maxWaiting) return { refusal: refuse('LB_ERR_QUEUE_FULL', 'all endpoints are busy and the queue is full') }
      return { waiting: wait(demand, tried, listener) }
    },
    pump,
    size: () => waiting,
  }
}
