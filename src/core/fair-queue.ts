// Orders waiting requests: guarantees first, then priority, then the client token that has had least, then first come.
import type { EndpointRuntime } from './endpoint-runtime.ts'
import type { GuaranteeLedger } from './guarantee.ts'
import type { Demand } from './router.ts'

export interface Place {
  readonly demand: Demand
  /** Endpoints that have failed this request already. */
  readonly tried: readonly EndpointRuntime[]
}

export interface FairQueue<P extends Place> {
  add(place: P): void
  /** @returns whether it was there. */
  remove(place: P): boolean
  size(): number
  places(): P[]
  /** The first in order of those that can be served. */
  findNext(canBeServed: (place: P) => boolean): P | undefined
  /**
   * Tokens charged to a request of this flow, estimated or settled. Between equals the flow with the lowest sum is
   * next: the fairness of deficit round robin, exact to one answer.
   */
  charge(demand: Demand, tokens: number): void
}

/** The waiting requests of one client token. */
interface Flow<P> {
  readonly places: Map<P, number>
  served: number
}

interface Candidate<P extends Place> {
  readonly place: P
  readonly isBelow: boolean
  readonly priority: number
  readonly served: number
  readonly arrival: number
}

const flowKey = ({ token, blockId }: Demand): string =>
  token === null ? `block ${blockId}` : `token ${token.id}`

/** Negative when `a` is served first. */
const compare = (a: Candidate<Place>, b: Candidate<Place>): number =>
  Number(b.isBelow) - Number(a.isBelow) ||
  a.priority - b.priority ||
  a.served - b.served ||
  a.arrival - b.arrival

export function createFairQueue<P extends Place>(guarantees: GuaranteeLedger): FairQueue<P> {
  // Of the present time of contention: forgotten when nobody waits any more, so that nobody pays for idle times.
  const flows = new Map<string, Flow<P>>()
  let size = 0
  let arrivals = 0

  const lowestServed = (): number => {
    const waiting = [...flows.values()].filter(({ places }) => places.size > 0)
    return waiting.length === 0 ? 0 : Math.min(...waiting.map(({ served }) => served))
  }

  /** The first of the flow that can be served. */
  const candidateOf = (flow: Flow<P>, canBeServed: (place: P) => boolean): Candidate<P> | undefined => {
    for (const [place, arrival] of flow.places) {
      const { token } = place.demand
      if (canBeServed(place)) {
        const priority = token?.requestPriority ?? 0
        return { place, arrival, priority, isBelow: guarantees.isBelow(token), served: flow.served }
      }
      // All of a flow have the same endpoints to go to, but for those that have tried some of them.
      if (place.tried.length === 0) return undefined
    }
    return undefined
  }

  return {
    add(place) {
      const key = flowKey(place.demand)
      const flow = flows.get(key) ?? { places: new Map<P, number>(), served: 0 }
      // Who comes later catches nothing up.
      if (flow.places.size === 0) flow.served = Math.max(flow.served, lowestServed())
      flow.places.set(place, (arrivals += 1))
      flows.set(key, flow)
      size += 1
    },
    remove(place) {
      if (!flows.get(flowKey(place.demand))?.places.delete(place)) return false
      size -= 1
      if (size === 0) flows.clear()
      return true
    },
    size: () => size,
    places: () => [...flows.values()].flatMap(({ places }) => [...places.keys()]),
    findNext(canBeServed) {
      let next: Candidate<P> | undefined
      for (const flow of flows.values()) {
        const candidate = candidateOf(flow, canBeServed)
        if (candidate && (next === undefined || compare(candidate, next) < 0)) next = candidate
      }
      return next?.place
    },
    charge(demand, tokens) {
      const flow = flows.get(flowKey(demand))
      if (flow) flow.served += tokens
    },
  }
}
